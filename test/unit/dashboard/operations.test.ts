import { createHash } from 'node:crypto'
import { Client, type Exchange, gql, mapExchange, stringifyDocument } from '@urql/core'
import { cacheExchange } from '@urql/exchange-graphcache'
import { describe, expect, test } from 'vitest'
import * as generated from '../../../dashboard/src/graph/operations.ts'
import manifest from '../../../persisted-operations/manifest.json' with { type: 'json' }

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** The text of a document below the normalized cache, which adds to the document what it needs. */
function textBelowCache(body: string): string {
  let text = ''
  const capture: Exchange = mapExchange({
    onOperation({ query }) {
      text = stringifyDocument(query)
    },
  })
  const client = new Client({ url: '/graphql', exchanges: [cacheExchange({}), capture], preferGetMethod: false })
  const kind = /^(query|mutation|subscription)/.exec(body)![1] as 'query'
  client[kind](gql(body), {})
    .subscribe(() => {})
    .unsubscribe()
  return text
}

describe('operations of the dashboard', () => {
  test.each(Object.values(generated))('$name has the hash of the text below the normalized cache', (operation) => {
    expect(`sha256:${sha256(textBelowCache(operation.body))}`).toBe(operation.documentId)
    expect(manifest.operations.map(({ id }) => `sha256:${id}`)).toContain(operation.documentId)
  })

  test('every id of the manifest is the SHA-256 of its text', () => {
    expect(manifest.operations.length).toBeGreaterThan(50)
    for (const { id, body } of manifest.operations) expect(id).toBe(sha256(body))
  })
})
