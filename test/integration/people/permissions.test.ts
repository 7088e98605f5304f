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
import { ANYONE, DECISIONS, EDGES } from '../../support/field-permissions.ts'
import { operationFor, rootFields } from '../../support/operations.ts'

// Permissions are enforced on every field, by the decisions of test/support/field-permissions.ts.
/** Fields of payloads, version conflicts and live updates are guarded by the permission of their root field. */
const EXCLUDED_TYPES = /^__|(Payload|VersionConflictError|Update|Connection|Edge)$/

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
      if (!isObjectType(type) || roots.includes(type) || EXCLUDED_TYPES.test(type.name)) return []
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
  'OrganizationUpsertInput.externalId': 'another',
  'OrganizationUpsertInput.name': 'x',
  'ApiKeyCreateInput.name': 'x',
  'ApiKeyCreateInput.permissions': [],
  'PermissionInput.resource': 'events',
  'PermissionResourceCreateInput.name': 'a resource with spaces',
  'permissionResourceDelete.name': 'unknown',
  'HttpHeaderInput.name': 'x-team',
  'HttpHeaderInput.value': 'billing',
  'ApiKeyRotateInput.overlapSeconds': 0,
  'ApiKeyVerifyInput.key': 'x',
  'PersistedDocumentCreateInput.body': 'query A { viewer { id } }',
  'EventTypeCreateInput.name': 'x.y',
  'EventPublishInput.type': 'x.y',
  'EventPublishInput.data': {},
  'DeliveryStreamResultInput.version': 1,
  'DeliveryStreamResultInput.durationMs': 1,
  'DeliveryStreamResultInput.statusCode': 204,
  'WebhookEndpointCreateInput.url': 'http://127.0.0.1:9/',
  'WebhookEndpointCreateInput.kind': 'HTTP',
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

  test('permissions on too many resources are rejected by their number', async () => {
    const permissions = Array.from({ length: 1_000 }, (_, n) => ({ resource: `!${n}`, actions: ['READ'] }))
    const { key } = await app.tenant()
    const { data, errors } = await app.api
      .as(key)
      .request(
        'mutation ($p: [PermissionInput!]) { apiKeyVerify(input: { key: "x", permissions: $p }) { ... on Error { message } } }',
        {
          p: permissions,
        },
      )
    expect(JSON.stringify({ data, errors })).toContain('permissions: must have at most 64 entries')
    expect(JSON.stringify({ data, errors }).length).toBeLessThan(1_000)
  })
})
