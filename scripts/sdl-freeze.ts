// npm run check: the schema breaks no client of the last release: every breaking change since the last tag is an error.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { buildSchema, findBreakingChanges } from 'graphql'

const FILE = 'schema/schema.graphql'

/** The last tag that the commit at hand came from, with its schema; undefined without one, as in a shallow clone. */
export function lastRelease(root: string): { tag: string; schema: string } | undefined {
  const git = (...words: string[]) =>
    execFileSync('git', words, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 2 ** 26 })
  try {
    const tag = git('describe', '--tags', '--abbrev=0').trim()
    return { tag, schema: git('show', `${tag}:${FILE}`) }
  } catch {
    return undefined
  }
}

/** Changes that break a client of the released schema, one sentence each. */
export function breakingChanges(released: string, current: string): string[] {
  return findBreakingChanges(buildSchema(released), buildSchema(current)).map(({ description }) => description)
}

/** Compares the schema of a work tree with its last release. @returns what to print, and true when nothing breaks */
export function checkFreeze(root: string): { lines: string[]; isKept: boolean } {
  const released = lastRelease(root)
  if (released === undefined) return { lines: ['No release to compare the schema with.'], isKept: true }
  const broken = breakingChanges(released.schema, readFileSync(path.join(root, FILE), 'utf8'))
  if (broken.length === 0) return { lines: [`The schema breaks no client of ${released.tag}.`], isKept: true }
  return {
    lines: [
      ...broken.map((description) => `${FILE}: ${description}`),
      `${broken.length} changes break clients of ${released.tag}. Keep the old form, mark it @deprecated, and add the new form beside it.`,
    ],
    isKept: false,
  }
}

if (import.meta.main) {
  const { lines, isKept } = checkFreeze(path.join(import.meta.dirname, '..'))
  for (const line of lines) console[isKept ? 'log' : 'error'](line)
  process.exitCode = isKept ? 0 : 1
}
