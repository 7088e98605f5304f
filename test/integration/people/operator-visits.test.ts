import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type App, startApp } from '../../support/app.ts'
import { codeOf, createTeam, type Role, type SignedIn, signedIn } from '../../support/people.ts'

// Members of the organization of the operator look into other organizations, and act there with a reason only.
let app: App
let platformId: string
beforeAll(async () => {
  app = await startApp()
  platformId = (await app.host.ask('{ viewer { organization { id } } }')).organization.id
})
afterAll(() => app.stop())

const REASON = 'Customer asked in ticket 4711'
const CREATE = `mutation { eventTypeCreate(input: { name: "visit.made" }) {
  ... on EventTypeCreatePayload { eventType { name } } ... on Error { code message } } }`
const VIEWER = '{ viewer { organization { id } permissions { resource actions } } }'

const operator = (role: Role) => signedIn(app, { role, organizationId: platformId })

/** A client of a person in another organization. */
const at = (person: SignedIn, organizationId: string, more: Record<string, string> = {}) => ({
  request: (query: string, variables: Record<string, unknown> = {}) =>
    person.request(query, variables, { 'signalbox-organization': organizationId, ...more }),
})

const visits = async (organizationId: string, personId: string) => {
  const { rows } = await app.database.pool.query(
    `SELECT action, resource, details FROM audit_entries
     WHERE organization_id = $1 AND actor = $2 AND action LIKE 'operator.%' ORDER BY id`,
    [organizationId, personId],
  )
  return rows
}

describe('person of the operator', () => {
  test('looks into another organization and reads only, with an entry in both audit trails', async () => {
    const [owner] = await createTeam(app, 'OWNER')
    const person = await operator('OWNER')
    const there = at(person, owner.organizationId)
    const { data } = await there.request(VIEWER)
    expect(data.viewer.organization.id).toBe(owner.organizationId)
    expect(new Set(data.viewer.permissions.flatMap((each: { actions: string[] }) => each.actions))).toEqual(
      new Set(['READ']),
    )
    expect((await there.request('{ members { nodes { id } } }')).data.members.nodes).toEqual([{ id: owner.memberId }])
    const entry = { action: 'operator.look', resource: owner.organizationId, details: { operator: platformId } }
    for (const id of [platformId, owner.organizationId]) expect(await visits(id, person.personId)).toEqual([entry])
  })

  test('is noted once an hour for each session and organization', async () => {
    const own = await startApp()
    const organizationId = await own.host.createOrganization('Visited')
    const { organization } = await own.host.ask('{ viewer { organization { id } } }')
    const person = await signedIn(own, { role: 'VIEWER', organizationId: organization.id })
    const count = async () => {
      await Promise.all([1, 2, 3].map(() => at(person, organizationId).request(VIEWER)))
      return own.database.prisma.auditEntry.count({ where: { organizationId, action: 'operator.look' } })
    }
    expect(await count()).toBe(1)
    own.clock.advance(3_599)
    expect(await count()).toBe(1)
    own.clock.advance(1)
    expect(await count()).toBe(2)
    await own.stop()
  })

  test('is not served when the entry cannot be written', async () => {
    const [owner] = await createTeam(app, 'OWNER')
    const person = await operator('OWNER')
    await app.database.pool.query(`
      CREATE FUNCTION refuse_visits() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no visits'; END $$;
      CREATE TRIGGER refuse_visits BEFORE INSERT ON audit_entries FOR EACH ROW
        WHEN (NEW.action = 'operator.look') EXECUTE FUNCTION refuse_visits()`)
    const { data, errors } = await at(person, owner.organizationId).request(VIEWER)
    await app.database.pool.query('DROP TRIGGER refuse_visits ON audit_entries; DROP FUNCTION refuse_visits()')
    expect(data?.viewer).toBeFalsy()
    expect(errors).toHaveLength(1)
    expect((await at(person, owner.organizationId).request(VIEWER)).errors).toBeUndefined()
  })

  test('acts with a reason, which both audit trails have', async () => {
    const [owner] = await createTeam(app, 'OWNER')
    const person = await operator('OWNER')
    expect(await codeOf(at(person, owner.organizationId), CREATE)).toBe('FORBIDDEN')
    expect(await codeOf(at(person, owner.organizationId, { 'signalbox-reason': REASON }), CREATE)).toBeUndefined()
    const entry = { action: 'operator.act', details: { operator: platformId, reason: REASON } }
    for (const id of [platformId, owner.organizationId])
      expect((await visits(id, person.personId)).at(-1)).toMatchObject(entry)
    const { nodes } = await owner.ask(
      '{ auditEntries(first: 1) { nodes { action actor { __typename principalId } } } }',
    )
    expect(nodes[0]).toEqual({
      action: 'EVENT_TYPE_CREATE',
      actor: { __typename: 'PersonActor', principalId: person.personId },
    })
    const filter = `{ auditEntries(filter: { actorId: "${person.personId}" }) { nodes { action } } }`
    expect((await owner.ask(filter)).nodes.map(({ action }: { action: string }) => action)).toEqual([
      ...['EVENT_TYPE_CREATE', 'OPERATOR_ACT', 'REQUEST', 'OPERATOR_LOOK'],
    ])
  })

  test.each(['too short', 'x'.repeat(201), '         short'])('is refused with the reason %j', async (reason) => {
    const [owner] = await createTeam(app, 'OWNER')
    const person = await operator('OWNER')
    expect(await codeOf(at(person, owner.organizationId, { 'signalbox-reason': reason }), CREATE)).toBe(
      'UNAUTHENTICATED',
    )
  })

  test('gains nothing by a reason that its role does not have', async () => {
    const [owner] = await createTeam(app, 'OWNER')
    const viewer = await operator('VIEWER')
    expect(await codeOf(at(viewer, owner.organizationId, { 'signalbox-reason': REASON }), CREATE)).toBe('FORBIDDEN')
    const admin = at(await operator('ADMIN'), owner.organizationId, { 'signalbox-reason': REASON })
    const REMOVE = 'mutation ($id: ID!) { memberRemove(id: $id) { ... on Error { code } } }'
    expect(await codeOf(admin, REMOVE, { id: owner.memberId })).toBe('FORBIDDEN')
  })

  test('loses the way in with its membership, and open subscriptions with it', async () => {
    const [owner] = await createTeam(app, 'OWNER')
    const chief = await operator('OWNER')
    const person = await operator('VIEWER')
    const open = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: {
        ...{ 'content-type': 'application/json', accept: 'text/event-stream', origin: app.url },
        ...{ cookie: `${person.cookie}=${person.token}`, 'signalbox-organization': owner.organizationId },
      },
      body: JSON.stringify({ query: 'subscription { deliveryUpdates { cursor } }' }),
    })
    const ended = open.text()
    await expect.poll(() => app.services.subscriptions.countOf(person.personId)).toBe(1)
    await chief.ask('mutation ($id: ID!) { memberRemove(id: $id) { __typename } }', { id: person.memberId })
    await ended
    expect(await codeOf(at(person, owner.organizationId), VIEWER)).toBe('FORBIDDEN')
  })
})

describe('member of another organization', () => {
  test('does not look into an organization, with a reason or without', async () => {
    const [owner] = await createTeam(app, 'OWNER')
    const [stranger] = await createTeam(app, 'OWNER')
    for (const more of [{}, { 'signalbox-reason': REASON }] as Record<string, string>[])
      for (const id of [owner.organizationId, platformId, 'org_00000000000000000000000000'])
        expect(await codeOf(at(stranger, id, more), VIEWER)).toBe('FORBIDDEN')
    expect(await visits(owner.organizationId, stranger.personId)).toEqual([])
  })
})
