import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { exactFetch, exactJson, indentJson } from '../../../dashboard/src/graph/json-text.ts'

describe('indented JSON', () => {
  test('keeps the text of every number and string', () => {
    const text = '{"a":1.0,"b":[1e2,-0.50,12345678901234567890],"c":{},"d":[],"e":"{\\"x\\": [1.0]}","1":"\\u00fc"}'
    expect(indentJson(text)).toBe(
      `{
  "a": 1.0,
  "b": [
    1e2,
    -0.50,
    12345678901234567890
  ],
  "c": {},
  "d": [],
  "e": "{\\"x\\": [1.0]}",
  "1": "\\u00fc"
}`,
    )
  })

  test('equals JSON.stringify for every value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(indentJson(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2))
      }),
    )
  })

  test('leaves a text that is no JSON as it is', () => {
    expect(indentJson('{"a": ')).toBe('{"a": ')
  })
})

describe('exact JSON variable', () => {
  afterEach(() => vi.unstubAllGlobals())

  test('is sent in the text in which it was typed', async () => {
    const send = vi.fn(async (_url: string, _init: RequestInit) => new Response())
    vi.stubGlobal('fetch', send)
    const text = '{"n": 1.0, "quote": "\\"\\\\", "line": "\\n",\n "big": 1e400}'
    const variables = { one: exactJson(text), two: exactJson('[0.10]'), three: 'plain' }
    await exactFetch('/graphql', { body: JSON.stringify({ variables }) })
    expect(send.mock.calls[0]![1].body).toBe(`{"variables":{"one":${text},"two":[0.10],"three":"plain"}}`)
  })
})
