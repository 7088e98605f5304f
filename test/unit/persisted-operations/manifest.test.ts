import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { InMemoryCache } from '@apollo/client'
import { formatDocument, gql } from '@urql/core'
import { parse, print } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addTypenames } from '../../../scripts/add-typenames.ts'
import { documentIdOf, readManifest } from '../../../src/domain/persisted-operations/manifest.ts'

const builtIn = readManifest()
const sources = globSync('persisted-operations/**/*.graphql').sort()

let folder: string
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'signalbox-manifest-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Writes a manifest of the operator. */
function writeManifest(...operations: { id?: string; name: string; body: string }[]): string {
  const file = path.join(folder, `${operations.length}-${operations[0]?.name}.json`)
  const entries = operations.map(({ id, name, body }) => ({
    id: id ?? documentIdOf(body),
    name,
    type: 'query',
    body,
  }))
  writeFileSync(file, JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations: entries }))
  return file
}

describe('manifest', () => {
  test('it has one operation for each file', () => {
    const names = sources.map((file) => path.basename(file, '.graphql'))
    expect([...builtIn.values()].map(({ name }) => name).sort()).toEqual(names.sort())
  })

  test.each(sources)('it has the ids of the documents that Apollo Client and urql make of %s', (file) => {
    const source = readFileSync(file, 'utf8')
    for (const document of [new InMemoryCache().transformDocument(parse(source)), formatDocument(gql(source))])
      expect(builtIn.get(documentIdOf(print(document)))?.body).toBe(print(document))
  })

  test('operations of the operator join those of Signalbox', () => {
    const body = 'query Mine { viewer { id } }'
    const [[documentId, existing]] = [...builtIn] as [[string, { name: string; body: string }]]
    const joined = readManifest(
      writeManifest(
        { name: 'Mine', body },
        // A front end has an operation of the same name, and one of the same text.
        { name: existing.name, body: 'query Other { viewer { id } }' },
        { ...existing, id: documentId.replace('sha256:', '') },
      ),
    )
    expect(joined.get(documentIdOf(body))).toEqual({ name: 'Mine', body })
    expect(joined.get(documentIdOf('query Other { viewer { id } }'))?.name).toBe(existing.name)
    expect(joined.get(documentId)).toEqual(existing)
    expect(joined.size).toBe(builtIn.size + 2)
  })

  test('an id that is not the hash of its body is refused', () => {
    const file = writeManifest({ name: 'Wrong', body: '{ viewer { id } }', id: '0'.repeat(64) })
    expect(() => readManifest(file)).toThrow(`${file}: the id of Wrong is not the SHA-256 of its body.`)
  })

  test('a file in another format is refused', () => {
    const file = path.join(folder, 'other.json')
    writeFileSync(file, '{}')
    expect(() => readManifest(file)).toThrow(`${file} is not a manifest of persisted operations`)
  })
})

describe('__typename', () => {
  test.each([
    ['a fragment', 'query A { node(id: 1) { id ...F } } fragment F on Event { type }'],
    ['an inline fragment', 'query A { node(id: 1) { ... on Event { id } } }'],
    ['a selection that has it first', 'query A { node(id: 1) { __typename id } }'],
    ['a root that has it', 'query A { __typename viewer { id } }'],
  ])('it stands where Apollo Client and urql select it in %s', (_name, source) => {
    const text = print(addTypenames(parse(source)))
    expect(text).toBe(print(new InMemoryCache().transformDocument(parse(source))))
    expect(text).toBe(print(formatDocument(gql(source))))
  })
})
