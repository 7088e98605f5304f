import { buildSchema } from 'graphql'
import { describe, expect, test } from 'vitest'
import { findBadDescriptions, findBadTitles, findBadWords } from '../../scripts/check-words.ts'

describe('check of words', () => {
  test.each([
    ['absent', 'type Query { a: Int }', 'Query.a has no description'],
    ['shorter than three words', 'type Query { "An answer." a: Int }', 'Query.a is a fragment'],
    ['begun with a pronoun', 'type Query { "What the server answers." a: Int }', 'Query.a begins with a pronoun'],
    ['of an argument and absent', 'type Query { "The answer to it." a(b: Int): Int }', 'Query.a(b) has no description'],
    [
      'of an enum value and a fragment',
      'enum A { "Yes." B } type Query { "The answer to it." a: A }',
      'A.B is a fragment',
    ],
  ])('a description is refused when it is %s', (_fault, sdl, message) => {
    expect(findBadDescriptions(buildSchema(sdl)).join('\n')).toContain(message)
  })

  test.each([
    ['a comment begins with a pronoun', '/** What is under way. */', 'begins with a pronoun'],
    ['a line comment begins with a pronoun', '  // Whoever asks.', 'begins with a pronoun'],
    ['a comment names a requirement', '/** Keys of an organization (K1). */', 'names a requirement'],
    ['a log message begins with a pronoun', "log.warn({ err: error }, 'What failed')", 'log message: What failed'],
  ])('a source file is refused when %s', (_fault, text, message) => {
    expect(findBadWords(text).faults.join('\n')).toContain(message)
  })

  test('pronouns inside comments are counted, and none in code or plain comments', () => {
    const text = "/** Keys whose owner left. */\nconst what = 'who'\n// The worker renews its leases.\n"
    expect(findBadWords(text)).toEqual({ faults: [], pronounLines: 1 })
  })

  test('a test title is refused when it names a requirement', () => {
    expect(findBadTitles("test('a key is revoked (K3)', () => {})")).toHaveLength(1)
    expect(findBadTitles("test('a key is revoked', () => {})")).toEqual([])
  })
})
