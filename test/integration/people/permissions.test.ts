import fc from 'fast-check'
import { getNamedType, isObjectType } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { schema } from '../../../schema/schema.ts'
import {
  ACTIONS,
  type Action,
  allows,
  firstExcessGrant,
  type Permissions,
  RESOURCES,
} from '../../../src/domain/people/permissions.ts'
import { permissionsOf, ROLES, type Role } from '../../../src/domain/people/roles.ts'
import { type App, startApp } from '../../support/app.ts'
import { ANYONE, DECISIONS, EDGES, OPEN, PERSON } from '../../support/field-permissions.ts'
import { operationFor, rootFields } from '../../support/operations.ts'
import { SAMPLES_OF_PEOPLE, signedIn } from '../../support/people.ts'

// Permissions are enforced on every field, by the decisions of test/support/field-permissions.ts.
/** Fields of payloads, version conflicts and live updates are guarded by the permission of their root field. */
const EXCLUDED_TYPES = /^__|(Payload|VersionConflictError|Update|Connection|Edge)$/

let app: App
let organizationId: string
beforeAll(async () => {
  app = await startApp()
  organizationId = await app.host.createOrganization('Acme')
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
  'SchemaRehearsalInput.eventType': 'x.y',
  'SchemaRehearsalInput.schema': true,
  'EventPublishInput.type': 'x.y',
  'EventPublishInput.data': {},
  'DeliveryStreamResultInput.version': 1,
  'DeliveryStreamResultInput.durationMs': 1,
  'DeliveryStreamResultInput.statusCode': 204,
  'WebhookEndpointCreateInput.url': 'http://127.0.0.1:9/',
  'WebhookEndpointCreateInput.kind': 'HTTP',
  'WebhookEndpointCreateInput.eventTypes': ['*'],
  ...SAMPLES_OF_PEOPLE,
}
const guarded = rootFields(schema)
  .filter(({ kind }) => kind !== 'subscription')
  .map((root) => [`${root.kind} ${root.field.name}`, root] as const)

/** Codes of the errors that a root field has. */
type Answer = { errors?: { path?: string[]; extensions: { code?: string } }[] }
const codesOf = ({ errors }: Answer): (string | undefined)[] =>
  (errors ?? []).filter(({ path }) => path?.length === 1).map(({ extensions }) => extensions.code)

describe.each(guarded)('permission of %s', (name, root) => {
  const scope = DECISIONS[name]!
  const permission = scope.match(/\w+:\w+/)?.[0]
  const everything = (): Permissions => Object.fromEntries(RESOURCES.map((resource) => [resource, [...ACTIONS]]))
  const { query, variables } = operationFor(schema, root, 'key_0', samples)

  async function asKey(permissions: Permissions | undefined) {
    const key = permissions && (await app.host.createKey(permissions)).secret
    return codesOf(await app.api.as(key).request(query, variables))
  }

  if (scope === OPEN) {
    test('the field needs no credential', async () => {
      expect(await asKey(undefined)).not.toContain('UNAUTHENTICATED')
    })
    return
  }

  test('the field needs a credential', async () => {
    expect(await asKey(undefined)).toEqual(['UNAUTHENTICATED'])
  })

  test.each(ROLES)('a member with the role %s is allowed as the role says', async (role) => {
    // An organization of its own, because one of the fields deletes it.
    const person = await signedIn(app, { role, organizationId: await app.host.createOrganization('Acme') })
    const codes = codesOf(await person.request(query, variables))
    if (isAllowed(role)) expect(codes).not.toContain('FORBIDDEN')
    else expect(codes).toEqual(['FORBIDDEN'])
  })

  if (scope.includes('elevated'))
    test('the field asks a person for the password again, unless the session is elevated', async () => {
      const person = await signedIn(app, { role: 'OWNER', organizationId, elevated: false })
      expect(codesOf(await person.request(query, variables))).toEqual(['REAUTHENTICATION_REQUIRED'])
    })

  if (scope === ANYONE) return
  if (scope.includes(PERSON)) {
    test('the field needs a person, and a key with all permissions does not suffice', async () => {
      expect(await asKey(everything())).toEqual(['FORBIDDEN'])
    })
    return
  }
  test(`the field needs ${scope}, and all other permissions together do not suffice`, async () => {
    const [resource = '', action = ''] = permission!.split(':')
    const others = everything()
    others[resource] = ACTIONS.filter((other) => other !== action)
    expect(await asKey(others)).toEqual(['FORBIDDEN'])
    expect(await asKey({ [resource]: [action] as never })).not.toContain('FORBIDDEN')
  })

  function isAllowed(role: Role): boolean {
    const [resource, action] = permission?.split(':') ?? []
    return resource === undefined || allows(permissionsOf(role, false), resource, action as Action)
  }
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
