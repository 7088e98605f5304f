import type { GraphQLInterfaceType } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { schema } from '../../../schema/schema.ts'
import type { Client } from '../../support/api.ts'
import { type App, startApp } from '../../support/app.ts'
import { needsId, operationFor, rootFields, type Samples, takesId } from '../../support/operations.ts'
import { SAMPLES_OF_PEOPLE, signedIn } from '../../support/people.ts'
import { startReceiver } from '../../support/receiver.ts'
import { watchSocket } from '../../support/watch.ts'

// Derived from the schema: every field finds nothing for a foreign id and gives the same result as for an absent id.
// A new field is covered automatically, or fails because its sample is missing.
let app: App
let owner: Client
let stranger: Client
/** An id of each kind that belongs to the owner. */
let ids: Record<string, string>
let ownerSees: string
const receiver = await startReceiver()

const samples: Samples = {
  'OrganizationCreateInput.name': 'Another',
  'OrganizationUpsertInput.externalId': 'another',
  'OrganizationUpsertInput.name': 'Another',
  'ApiKeyCreateInput.name': 'Another',
  'ApiKeyCreateInput.permissions': [{ resource: 'events', actions: ['READ'] }],
  'PermissionInput.resource': 'events',
  'PermissionResourceCreateInput.name': 'another',
  'permissionResourceDelete.name': 'unknown',
  'HttpHeaderInput.name': 'x-team',
  'HttpHeaderInput.value': 'billing',
  'ApiKeyRotateInput.overlapSeconds': 0,
  'ApiKeyVerifyInput.key': 'x',
  'PersistedDocumentCreateInput.body': 'query A { viewer { id } }',
  'EventTypeCreateInput.name': 'another.type',
  'SchemaRehearsalInput.eventType': 'a.b',
  'SchemaRehearsalInput.schema': false,
  'EventPublishInput.type': 'mine.only',
  'EventPublishInput.data': {},
  'DeliveryStreamResultInput.version': 1,
  'DeliveryStreamResultInput.durationMs': 1,
  'DeliveryStreamResultInput.statusCode': 204,
  'WebhookEndpointCreateInput.url': 'http://127.0.0.1:9/',
  'WebhookEndpointCreateInput.kind': 'HTTP',
  'WebhookEndpointCreateInput.eventTypes': ['*'],
  ...SAMPLES_OF_PEOPLE,
}

beforeAll(async () => {
  app = await startApp()
  const first = await app.tenant()
  owner = first
  stranger = await app.tenant()
  const type = await owner.createType('a.b')
  const { webhookEndpoint } = await owner.createEndpoint(receiver.url)
  await owner.createKey({ events: ['read'] })
  const event = await owner.publish('a.b')
  await app.deliver()
  const { nodes } = await owner.ask('{ deliveries { nodes { id attempts { nodes { id } } } } }')
  const { replay } = await owner.ask(
    `mutation ($id: ID!) { replayCreate(input: { endpointId: $id }) {
      ... on ReplayCreatePayload { replay { id } } ... on Error { code message } } }`,
    { id: webhookEndpoint.id },
  )
  const { persistedDocument } = await owner.ask(
    `mutation { persistedDocumentCreate(input: { body: "query Mine { viewer { id } }" }) {
      ... on PersistedDocumentCreatePayload { persistedDocument { id } } ... on Error { code message } } }`,
  )
  const { bulkAction } = await owner.ask(
    `mutation { bulkActionCreate(input: { kind: RETRY, filter: { statuses: [DEAD] } }) {
      ... on BulkActionCreatePayload { bulkAction { id } } ... on Error { code message } } }`,
  )
  const member = await signedIn(app, { role: 'OWNER', organizationId: first.organizationId })
  const { invitation } = await member.ask(
    `mutation { invitationCreate(input: { email: "mine@example.com", role: VIEWER }) {
      ... on InvitationCreatePayload { invitation { id } } ... on Error { code message } } }`,
  )
  const audit = await owner.ask('{ auditEntries { nodes { id } } }')
  ids = {
    Organization: first.organizationId,
    ApiKey: first.keyId,
    EventType: type,
    WebhookEndpoint: webhookEndpoint.id,
    Event: event,
    Delivery: nodes[0].id,
    Attempt: nodes[0].attempts.nodes[0].id,
    AuditEntry: audit.nodes[0].id,
    Replay: replay.id,
    BulkAction: bulkAction.id,
    PersistedDocument: persistedDocument.id,
    Person: member.personId,
    Member: member.memberId,
    Invitation: invitation.id,
    Session: member.sessionId,
  }
  ownerSees = await everythingOf(owner)
})
afterAll(async () => {
  await app.stop()
  await receiver.stop()
})

/** Fields that the requests of the owner change by themselves. */
const OWN_USE = /(^|_)(usage|usageRecords|activity|currentLimits|lastUsedAt|lastUsedIp)$/

/** Everything that the owner can read, to compare at the end. */
async function everythingOf(client: Client): Promise<string> {
  const queries = rootFields(schema).filter(({ kind, field }) => kind === 'query' && !needsId(field))
  const answers = []
  for (const root of queries) {
    const { query, variables } = operationFor(schema, root, '', samples)
    const answer = await client.request(query, variables)
    for (const { extensions, message } of answer.errors ?? []) expect(extensions?.code, message).toBe('FORBIDDEN')
    answers.push(JSON.stringify(answer, (name, value) => (OWN_USE.test(name) ? undefined : value)))
  }
  return answers.join('\n')
}

const absent = (id: string) => `${id.slice(0, id.indexOf('_'))}_${'0'.repeat(26)}`
/** The response without the requested id, the only difference that two responses may have. */
const neutral = (answer: unknown, id: string) => JSON.stringify(answer).replaceAll(id, 'ID')

describe('tenancy samples', () => {
  test('the owner has an object of every Node type', () => {
    const nodes = schema.getPossibleTypes(schema.getType('Node') as GraphQLInterfaceType).map(({ name }) => name)
    expect(Object.keys(ids).sort()).toEqual([...nodes].sort())
  })
})

describe.each(
  rootFields(schema)
    .filter(({ kind }) => kind !== 'subscription')
    .map((root) => [`${root.kind} ${root.field.name}`, root] as const),
)('tenancy of %s', (_name, root) => {
  test.each([
    ['a key', async () => stranger],
    [
      'an owner',
      async () => signedIn(app, { role: 'OWNER', organizationId: await app.host.createOrganization('Other') }),
    ],
  ])(
    'the field reveals nothing to %s of another organization and treats foreign ids like absent ids',
    async (_by, make) => {
      const stranger = await make()
      const probes = [...(needsId(root.field) ? [] : ['']), ...(takesId(root.field) ? Object.values(ids) : [])]
      for (const id of probes) {
        const ask = async (asked: string) => {
          const { query, variables } = operationFor(schema, root, asked, samples)
          return stranger.request(query, variables)
        }
        const answer = await ask(id)
        // The operation is valid: only fields of the operator are denied to a tenant, and people have no key to filter by.
        if (answer.errors)
          expect(
            answer.errors.map(({ extensions }) => extensions?.code),
            JSON.stringify(answer.errors[0]),
          ).toEqual([root.field.name === 'peopleUsage' ? 'VALIDATION_FAILED' : 'FORBIDDEN'])
        if (id === '') {
          for (const [type, foreign] of Object.entries(ids)) expect(JSON.stringify(answer), type).not.toContain(foreign)
          continue
        }
        expect(neutral(answer, id)).toBe(neutral(await ask(absent(id)), absent(id)))
        for (const foreign of Object.values(ids).filter((other) => other !== id))
          expect(JSON.stringify(answer)).not.toContain(foreign)
        if (answer.data?.[root.field.name]?.__typename === 'NotFoundError') continue
        // Any other result found nothing: null or an empty page.
        expect(neutral(answer.data, id)).not.toContain('_id":')
      }
    },
  )
})

describe('tenancy', () => {
  test.each(
    rootFields(schema)
      // Streams refuse a foreign endpoint like an absent one: test/integration/streams/delivery-stream.test.ts.
      .filter(({ kind, field }) => kind === 'subscription' && field.name !== 'deliveryStream')
      .map((root) => [root.field.name, root] as const),
  )('subscription %s receives nothing of another organization', async (_name, root) => {
    const probes = [...(needsId(root.field) ? [] : ['']), ...(takesId(root.field) ? Object.values(ids) : [])]
    const watches = probes.map((id) => {
      const { query, variables } = operationFor(schema, root, id, samples)
      const inlined =
        id === '' ? query.replace(/\(.*?\)\s*\{/, '{').replace(/\((filter: \$filter|id: \$id)\)/, '') : query
      return watchSocket(app.url, stranger.key, id === '' ? inlined : inline(query, variables))
    })
    while (app.services.subscriptions.count() < watches.length) await new Promise(setImmediate)
    await owner.publish('a.b')
    await app.deliver()
    for (const type of ['ApiKey', 'WebhookEndpoint'])
      await owner.ask(
        `mutation ($id: ID!) { ${type.charAt(0).toLowerCase()}${type.slice(1)}Update(id: $id, input: {}) { ... on Error { code message } } }`,
        { id: ids[type] },
      )
    const fence = watchSocket(app.url, stranger.key, 'subscription { liveStatus { degraded } }')
    await fence.until((messages) => messages.length > 0)
    for (const watch of [...watches, fence]) {
      expect(watch.ended, JSON.stringify(watch.ended)).toBeUndefined()
      for (const foreign of Object.values(ids)) expect(JSON.stringify(watch.messages)).not.toContain(foreign)
      watch.stop()
    }
    ownerSees = await everythingOf(owner)
  })

  /** Writes the variables into the query, because this client sends none. */
  function inline(query: string, variables: Record<string, unknown>): string {
    const bare = query.replace(/^(\w+ ?\w*) ?\((\$\w+: [\w![\]]+,? ?)+\)/, '$1')
    return bare.replace(/\$(\w+)/g, (_match, name) => JSON.stringify(variables[name]).replace(/"(\w+)":/g, '$1:'))
  }

  test('the data of the owner is unchanged after all foreign operations', async () => {
    expect(await everythingOf(owner)).toBe(ownerSees)
  })

  test('a cursor of another organization behaves like an unknown cursor', async () => {
    const { pageInfo } = await owner.ask('{ events { pageInfo { endCursor } } }')
    const page = (after: string) =>
      stranger.request('query ($after: String) { events(after: $after) { nodes { id } } }', { after })
    const made = Buffer.from(`GPC:S:${absent(ids.Event!)}`).toString('base64')
    expect(await page(pageInfo.endCursor)).toEqual(await page(made))
  })
})
