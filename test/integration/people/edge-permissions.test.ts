import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Permissions } from '../../../src/domain/people/permissions.ts'
import { type App, startApp } from '../../support/app.ts'
import { EDGES } from '../../support/field-permissions.ts'

let app: App
let tenant: Awaited<ReturnType<App['tenant']>>
let endpoint: string

beforeAll(async () => {
  app = await startApp()
  tenant = await app.tenant()
  await tenant.createType('a.b')
  endpoint = (await tenant.createEndpoint('http://127.0.0.1:9/')).webhookEndpoint.id
})
afterAll(() => app.stop())

describe('permission of an edge', () => {
  const ENTRIES: Record<string, [query: (fields: string) => string, base: Permissions]> = {
    Organization: [(fields) => `{ viewer { organization { ${fields} } } }`, {}],
    ApiKey: [(fields) => `{ apiKeys { nodes { ${fields} } } }`, { keys: ['read'] }],
    WebhookEndpoint: [(fields) => `{ webhookEndpoints { nodes { ${fields} } } }`, { webhooks: ['read'] }],
    EventType: [(fields) => `{ eventTypes { nodes { ${fields} } } }`, { events: ['read'] }],
  }
  const LEAVES: Record<string, string> = {
    'Organization.usage': 'usage:read',
    'Organization.deliveryStats': 'deliveries:read',
    'WebhookEndpoint.deliveryStats': 'deliveries:read',
  }
  const guarded = Object.entries({ ...EDGES, ...LEAVES }).filter(([edge]) => edge.split('.')[0]! in ENTRIES)

  test.each(guarded)('%s needs %s, and all other permissions together do not suffice', async (edge, scope) => {
    const [type, field] = edge.split('.') as [string, string]
    const [query, base] = ENTRIES[type]!
    const selected = field === 'usage' ? 'totals { requests }' : field === 'deliveryStats' ? 'total' : 'nodes { id }'
    const document = query(`${field} { ${selected} }`)
    const [resource] = scope.split(':') as [string]
    const ask = async (permissions: Permissions) => {
      const reader = await app.tenant(permissions, tenant.organizationId)
      return reader.request(document)
    }
    const all: Permissions = {
      keys: ['read'],
      webhooks: ['read'],
      events: ['read'],
      deliveries: ['read'],
      audit: ['read'],
      usage: ['read'],
    }
    const refused =
      Object.keys(base)[0] === resource ? undefined : await ask({ ...all, ...base, [resource]: ['write'] })
    if (refused !== undefined) {
      expect(refused.errors?.map(({ extensions }) => extensions.code)).toContain('FORBIDDEN')
      expect(JSON.stringify(refused.data ?? null)).not.toContain(`"${field}":{`)
    }
    expect((await ask({ ...base, [resource]: ['read'] })).errors).toBeUndefined()
  })

  test('a key of another organization finds no object to start from', async () => {
    const stranger = await app.tenant()
    for (const id of [tenant.organizationId, tenant.keyId, endpoint])
      expect(await stranger.request(`{ node(id: "${id}") { id } nodes(ids: ["${id}"]) { id } }`)).toEqual({
        data: { node: null, nodes: [null] },
      })
  })
})
