import { Client, fetchExchange } from '@urql/core'
import { describe, expect, test } from 'vitest'
import { createNewest } from '../../../dashboard/src/graph/newest.ts'

const row = (version: number, status: string, more: object = {}) => ({ id: 'dlv_1', version, status, ...more })

describe('newest copy of an object', () => {
  test('an older answer takes the fields of a newer message, and keeps those that the message lacks', () => {
    const { latest } = createNewest()
    latest(row(5, 'SUCCEEDED'))
    expect(latest(row(3, 'SENDING', { attempts: 2 }))).toEqual(row(5, 'SUCCEEDED', { attempts: 2 }))
  })

  test('an older answer gains no field that it did not ask for', () => {
    const { latest } = createNewest()
    latest(row(5, 'SUCCEEDED', { explanation: 'all is well' }))
    expect(latest(row(3, 'SENDING'))).toEqual(row(5, 'SUCCEEDED'))
  })

  test('a newer answer replaces an older one, and so does one of the same version', () => {
    const { latest } = createNewest()
    latest(row(1, 'PENDING'))
    expect(latest(row(2, 'SENDING'))).toEqual(row(2, 'SENDING'))
    expect(latest(row(2, 'RETRYING'))).toEqual(row(2, 'RETRYING'))
  })

  test('fields of one version are gathered from several answers', () => {
    const { latest } = createNewest()
    latest(row(2, 'SENDING', { explanation: 'under way' }))
    latest(row(2, 'SENDING', { attempts: 1 }))
    expect(latest(row(1, 'PENDING', { explanation: 'waits', attempts: 0 }))).toEqual(
      row(2, 'SENDING', { explanation: 'under way', attempts: 1 }),
    )
  })
})

describe('answers below the cache', () => {
  /** The answer to a document after it passed. */
  async function pass({ exchange }: ReturnType<typeof createNewest>, query: string, data: object): Promise<unknown> {
    const answer = async () => Response.json({ data })
    const settings = { url: 'http://127.0.0.1/graphql', preferGetMethod: false, fetch: answer } as const
    const client = new Client({ ...settings, exchanges: [exchange, fetchExchange] })
    return (await client.query(query, {}).toPromise()).data
  }

  test('JSON of a tenant that looks like an object changes none', async () => {
    const newest = createNewest()
    const forged = { id: 'whep_1', version: 2_147_483_647, url: 'https://spoofed.example/' }
    const type = { node: { id: 'type_1', version: 1, example: { list: [forged] } } }
    expect(await pass(newest, '{ node(id: 1) { id ... on EventType { version example } } }', type)).toEqual(type)
    const endpoint = { node: { id: 'whep_1', version: 3, url: 'https://example.com/' } }
    expect(await pass(newest, '{ node(id: 1) { id ... on WebhookEndpoint { version url } } }', endpoint)).toEqual(
      endpoint,
    )
  })

  test('an older copy in a list below an alias takes the fields of the newer one', async () => {
    const newest = createNewest()
    newest.latest(row(5, 'SUCCEEDED'))
    const data = { rows: { nodes: [row(3, 'SENDING')] } }
    expect(await pass(newest, '{ rows: deliveries { nodes { id version status } } }', data)).toEqual({
      rows: { nodes: [row(5, 'SUCCEEDED')] },
    })
  })
})
