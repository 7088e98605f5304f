import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkFreeze } from '../../scripts/sdl-freeze.ts'

const RELEASED = 'type Query { key(id: ID!): String keys(first: ID): [String!]! }\n'
let root: string
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'signalbox-freeze-'))
  mkdirSync(path.join(root, 'schema'))
  git('init', '-q')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function git(...words: string[]): void {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false']
  execFileSync('git', [...identity, ...words], { cwd: root, stdio: 'pipe' })
}
const write = (schema: string) => writeFileSync(path.join(root, 'schema/schema.graphql'), schema)

function commit(schema: string): void {
  write(schema)
  git('add', '.')
  git('commit', '-qm', 'schema: change')
}

describe('freeze of the schema', () => {
  test('a removed field of the last release is refused by its name', () => {
    commit(RELEASED)
    git('tag', 'v1.0.0')
    commit('type Query { keys(first: ID): [String!]! }\n')
    expect(checkFreeze(root)).toEqual({
      isKept: false,
      lines: [
        'schema/schema.graphql: Query.key was removed.',
        expect.stringContaining('1 changes break clients of v1.0.0.'),
      ],
    })
  })

  test('an added field passes, also before it is committed', () => {
    commit(RELEASED)
    git('tag', 'v1.0.0')
    write('type Query { key(id: ID!, secret: Boolean): String keys(first: ID): [String!]! usage: Int }\n')
    expect(checkFreeze(root)).toEqual({ isKept: true, lines: ['The schema breaks no client of v1.0.0.'] })
  })

  test('only the last release counts', () => {
    commit(RELEASED)
    git('tag', 'v1.0.0')
    commit('type Query { keys(first: ID): [String!]! }\n')
    git('tag', 'v2.0.0')
    expect(checkFreeze(root)).toEqual({ isKept: true, lines: ['The schema breaks no client of v2.0.0.'] })
  })

  test('a repository without a tag passes and says so', () => {
    commit(RELEASED)
    expect(checkFreeze(root)).toEqual({ isKept: true, lines: ['No release to compare the schema with.'] })
  })

  test('a shallow clone whose history ends after the tag passes and says so', () => {
    commit(RELEASED)
    git('tag', 'v1.0.0')
    commit('type Query { keys(first: ID): [String!]! }\n')
    const clone = path.join(root, 'clone')
    git('clone', '-q', '--depth', '1', `file://${root}`, clone)
    expect(checkFreeze(clone)).toEqual({ isKept: true, lines: ['No release to compare the schema with.'] })
  })

  test('a folder outside of git passes and says so', () => {
    rmSync(path.join(root, '.git'), { recursive: true })
    write(RELEASED)
    expect(checkFreeze(root).isKept).toBe(true)
  })
})
