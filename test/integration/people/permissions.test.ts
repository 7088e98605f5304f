import fc from 'fast-check'
import { getNamedType, isObjectType } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { schema } from '../../../schema/schema.ts'
import {
  ACTIONS,
  allows,
  firstExcessGrant,
  type Permissions,
  RESOURCES,
} from '../../../src/domain/people/permissions.ts'
import { type App, startApp } from '../../support/app.ts'
import { operationFor, rootFields } from '../../support/operations.ts'

// Permissions are enforced on every field. Each scope is written here a second time, so that a new field without
// a decision fails.
const ANYONE = 'any valid key'
const DECISIONS: Record<string, string> = {
  'query node': ANYONE,
  'query viewer': ANYONE,
  'query apiKeys': 'keys:read',
  'query persistedDocuments': 'keys:read',
  'mutation persistedDocumentActivate': 'keys:write',
  'mutation persistedDocumentCreate': 'keys:write',
  'mutation persistedDocumentRetire': 'keys:write',
  'query auditEntries': 'audit:read',
  'query deliveries': 'deliveries:read',
  'query eventTypes': 'events:read',
  'query events': 'events:read',
  'query organizations': 'platform:read',
  'query webhookEndpointMatch': 'webhooks:read',
  'query webhookEndpointMatchPreview': 'events:read',
  'query webhookEndpoints': 'webhooks:read',
  'mutation apiKeyCreate': 'keys:write',
  'mutation apiKeyDisable': 'keys:write',
  'mutation apiKeyEnable': 'keys:write',
  'mutation apiKeyRevoke': 'keys:delete',
  'mutation apiKeyRotate': 'keys:write',
  'mutation apiKeyUpdate': 'keys:write',
  'mutation apiKeyVerify': 'keys:read',
  'mutation deliveriesReplay': 'deliveries:write',
  'mutation deliveriesReplayCancel': 'deliveries:write',
  'mutation deliveryCancel': 'deliveries:write',
  'mutation deliveryRetry': 'deliveries:write',
  'mutation eventPublish': 'events:write',
  'mutation eventPublishMany': 'events:write',
  'mutation eventTypeCreate': 'events:write',
  'mutation eventTypeUpdate': 'events:write',
  'mutation organizationCreate': 'platform:write',
  'mutation organizationUpdate': 'platform:write',
  'mutation webhookEndpointCreate': 'webhooks:write',
  'mutation webhookEndpointDelete': 'webhooks:delete',
  'mutation webhookEndpointDisable': 'webhooks:write',
  'mutation webhookEndpointEnable': 'webhooks:write',
  'mutation webhookEndpointRotateSecret': 'webhooks:write',
  'mutation webhookEndpointTest': 'webhooks:write',
  'mutation webhookEndpointUpdate': 'webhooks:write',
  'query deliveriesReplayPreview': 'deliveries:read',
  'query deliveriesReplays': 'deliveries:read',
  'query unknownKeyRecords': 'platform:read',
  'query unknownKeyUsage': 'platform:read',
  'query usage': 'usage:read',
  'query usageRecords': 'usage:read',
  'subscription usageUpdates': 'usage:read',
  'query deliveryStats': 'deliveries:read',
  'subscription deliveriesReplayUpdates': 'deliveries:read',
  'subscription deliveryStatsUpdates': 'deliveries:read',
  'subscription deliveryUpdates': 'deliveries:read',
  'subscription webhookEndpointUpdates': 'webhooks:read',
  'subscription liveStatus': ANYONE,
}
/** Fields that lead from one type to another. Fields of payloads are excluded, because the caller has just created their objects. */
const EDGES: Record<string, string> = {
  'Delivery.attempts': 'deliveries:read',
  'Delivery.endpoint': 'webhooks:read',
  'Delivery.event': 'events:read',
  'DeliveryUpdate.delivery': 'deliveries:read',
  'Event.deliveries': 'deliveries:read',
  'Event.endpointMatches': 'webhooks:read',
  'Replay.endpoint': 'webhooks:read',
  'WebhookEndpointMatch.delivery': 'deliveries:read',
  'WebhookEndpointMatch.endpoint': 'webhooks:read',
  // Guarded by the permission of its subscription.
  'WebhookEndpointUpdate.webhookEndpoint': ANYONE,
  'Viewer.apiKey': ANYONE,
  'Viewer.organization': ANYONE,
}

let app: App
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.stop())

describe('permission table', () => {
  test('every root field of the schema has a listed permission', () => {
    expect(
      rootFields(schema)
        .map(({ kind, field }) => `${kind} ${field.name}`)
        .sort(),
    ).toEqual(Object.keys(DECISIONS).sort())
  })

  test('every field that leads to a node or connection has a listed permission', () => {
    const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]
    const edges = Object.values(schema.getTypeMap()).flatMap((type) => {
      if (!isObjectType(type) || roots.includes(type) || /^__|(Payload|Connection|Edge)$/.test(type.name)) return []
      const leads = Object.values(type.getFields()).filter((field) => {
        const target = getNamedType(field.type)
        return (
          isObjectType(target) &&
          (target.getInterfaces().some(({ name }) => name === 'Node') || target.name.endsWith('Connection'))
        )
      })
      return leads.map((field) => `${type.name}.${field.name}`)
    })
    expect(edges.sort()).toEqual(Object.keys(EDGES).sort())
  })
})

const samples = {
  'OrganizationCreateInput.name': 'x',
  'ApiKeyCreateInput.name': 'x',
  'ApiKeyCreateInput.permissions': {},
  'ApiKeyRotateInput.overlapSeconds': 0,
  'ApiKeyVerifyInput.key': 'x',
  'PersistedDocumentCreateInput.body': 'query A { viewer { permissions } }',
  'EventTypeCreateInput.name': 'x.y',
  'EventPublishInput.type': 'x.y',
  'EventPublishInput.data': {},
  'WebhookEndpointCreateInput.url': 'http://127.0.0.1:9/',
  'WebhookEndpointCreateInput.eventTypes': ['*'],
}
const guarded = rootFields(schema)
  .filter(({ kind }) => kind !== 'subscription')
  .map((root) => [`${root.kind} ${root.field.name}`, root] as const)

describe.each(guarded)('permission of %s', (name, root) => {
  const scope = DECISIONS[name]!
  const everything = (): Permissions => Object.fromEntries(RESOURCES.map((resource) => [resource, [...ACTIONS]]))

  async function codesOf(permissions: Permissions | undefined): Promise<(string | undefined)[]> {
    const key = permissions && (await app.host.createKey(permissions)).secret
    const { query, variables } = operationFor(schema, root, 'key_0', samples)
    const { errors } = await app.api.as(key).request(query, variables)
    return (errors ?? []).filter(({ path }) => path?.length === 1).map(({ extensions }) => extensions.code)
  }

  test('the field needs an API key', async () => {
    expect(await codesOf(undefined)).toEqual(['UNAUTHENTICATED'])
  })

  if (scope === ANYONE) return
  test(`the field needs ${scope}, and all other permissions together do not suffice`, async () => {
    const [resource = '', action = ''] = scope.split(':')
    const others = everything()
    others[resource] = ACTIONS.filter((other) => other !== action)
    expect(await codesOf(others)).toEqual(['FORBIDDEN'])
    expect(await codesOf({ [resource]: [action] as never })).not.toContain('FORBIDDEN')
  })
})

describe('permission', () => {
  test.each(
    Object.entries(EDGES).filter(([edge, scope]) => /^(Delivery|Replay)/.test(edge) && scope !== 'deliveries:read'),
  )('%s needs %s', async (edge, scope) => {
    const tenant = await app.tenant()
    await tenant.createType('a.b')
    await tenant.createEndpoint('http://127.0.0.1:9/')
    await tenant.publish('a.b')
    const reader = await app.tenant({ deliveries: ['read'] }, tenant.organizationId)
    const field = edge.split('.')[1]
    const { errors } = await reader.request(`{ deliveries { nodes { id ${field} { id } } } }`)
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN')
    const [resource = '', action = ''] = scope.split(':')
    const both = await app.tenant({ deliveries: ['read'], [resource]: [action] as never }, tenant.organizationId)
    expect((await both.request(`{ deliveries { nodes { id ${field} { id } } } }`)).errors).toBeUndefined()
  })

  test('Event.deliveries needs deliveries:read', async () => {
    const tenant = await app.tenant()
    await tenant.createType('a.b')
    await tenant.publish('a.b')
    const reader = await app.tenant({ events: ['read'] }, tenant.organizationId)
    const { errors } = await reader.request('{ events { nodes { id deliveries { nodes { id } } } } }')
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN')
  })

  test('Event.endpointMatches needs webhooks:read, and the delivery of a match deliveries:read', async () => {
    const tenant = await app.tenant()
    await tenant.createType('a.b')
    await tenant.createEndpoint('http://127.0.0.1:9/')
    await tenant.publish('a.b')
    const ask = async (permissions: Permissions, fields: string) => {
      const reader = await app.tenant(permissions, tenant.organizationId)
      const { errors } = await reader.request(`{ events { nodes { endpointMatches { nodes { ${fields} } } } } }`)
      return errors?.[0]?.extensions.code
    }
    expect(await ask({ events: ['read'] }, 'matches')).toBe('FORBIDDEN')
    const both: Permissions = { events: ['read'], webhooks: ['read'] }
    expect(await ask(both, 'matches delivery { id }')).toBe('FORBIDDEN')
    expect(await ask(both, 'matches endpoint { id }')).toBeUndefined()
    expect(await ask({ ...both, deliveries: ['read'] }, 'delivery { id }')).toBeUndefined()
  })

  test('node(id) is null without permission to read the node', async () => {
    const tenant = await app.tenant()
    const reader = await app.tenant({ events: ['read'] }, tenant.organizationId)
    const query = 'query ($id: ID!) { node(id: $id) { id } }'
    expect((await tenant.request(query, { id: tenant.keyId })).data.node).toEqual({ id: tenant.keyId })
    expect(await reader.request(query, { id: tenant.keyId })).toEqual({ data: { node: null } })
  })

  const permissions = fc.dictionary(
    fc.constantFrom('keys', 'events', 'invoices', '__proto__', 'constructor'),
    fc.uniqueArray(fc.constantFrom(...ACTIONS), { minLength: 1 }),
  )

  test('only granted permissions are allowed, and no set of permissions exceeds itself (property)', () => {
    fc.assert(
      fc.property(permissions, permissions, (held, wanted) => {
        expect(allows(held, 'toString', 'read')).toBe(false)
        const missing = firstExcessGrant(held, wanted)
        const all = Object.entries(wanted).flatMap(([resource, actions]) =>
          actions.map((action) => allows(held, resource, action)),
        )
        expect(missing === undefined).toBe(all.every(Boolean))
        expect(firstExcessGrant(held, held)).toBeUndefined()
      }),
      { seed: 1 },
    )
  })

  test('permissions with too many resource names are rejected by their number before any name is checked', async () => {
    const permissions = Object.fromEntries(Array.from({ length: 200_000 }, (_, n) => [`!${n}`, ['read']]))
    const { key } = await app.tenant()
    const { data, errors } = await app.api
      .as(key)
      .request(
        'mutation ($p: JSON!) { apiKeyVerify(input: { key: "x", permissions: $p }) { ... on Error { message } } }',
        {
          p: permissions,
        },
      )
    expect(JSON.stringify({ data, errors })).toContain('permissions: at most 64 resources')
    expect(JSON.stringify({ data, errors }).length).toBeLessThan(1_000)
  })
})
