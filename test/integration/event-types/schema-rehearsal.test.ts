import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { REHEARSAL_BYTES, REHEARSAL_EVENTS } from '../../../src/domain/event-types/schema-rehearsal.ts'
import type { Client } from '../../support/api.ts'
import { type App, startApp } from '../../support/app.ts'

let app: App
let tenant: Client & { organizationId: string }
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.stop())
beforeEach(async () => {
  tenant = await app.tenant()
  await tenant.createType('order.made')
})

const needsAmount = { type: 'object', required: ['amount'], properties: { amount: { type: 'number' } } }
const query = `query ($input: SchemaRehearsalInput!) { schemaRehearsal(input: $input) {
  ... on SchemaRehearsalPayload {
    examined refused isComplete webhookEndpointCount examples { event { id data } issues { path message } } }
  ... on ValidationError { issues { path message } } } }`
const rehearse = (input: Record<string, unknown> = {}, client: Client = tenant) =>
  client.ask(query, { input: { eventType: 'order.made', schema: needsAmount, ...input } })
const publishMany = (count: number, data: unknown, client: Client = tenant) =>
  client.publishMany(Array.from({ length: count }, () => ({ type: 'order.made', data })))

describe('schema rehearsal', () => {
  test('a rehearsal counts the stored events that the schema would refuse, with the newest as examples', async () => {
    await tenant.publish('order.made', { amount: 1.5 })
    app.clock.advance(1)
    const missing = await tenant.publish('order.made', { total: 1 })
    app.clock.advance(1)
    const text = await tenant.publish('order.made', { amount: 'two' })
    await tenant.createType('order.paid')
    await tenant.publish('order.paid', {})
    expect(await rehearse()).toEqual({
      ...{ examined: 3, refused: 2, isComplete: true, webhookEndpointCount: 0 },
      examples: [
        { event: { id: text, data: { amount: 'two' } }, issues: [{ path: 'data.amount', message: 'must be number' }] },
        {
          event: { id: missing, data: { total: 1 } },
          issues: [{ path: 'data', message: "must have required property 'amount'" }],
        },
      ],
    })
    expect(await rehearse({ schema: true })).toMatchObject({ examined: 3, refused: 0, examples: [] })
  })

  test('a publish under the schema refuses what the rehearsal refused, and the rehearsal stores nothing', async () => {
    const before = await app.database.pool.query('SELECT to_json(t)::text FROM event_types t ORDER BY id')
    await tenant.publish('order.made', { amount: '1' })
    expect(await rehearse()).toMatchObject({ refused: 1 })
    expect((await app.database.pool.query('SELECT to_json(t)::text FROM event_types t ORDER BY id')).rows).toEqual(
      before.rows,
    )
    await tenant.publish('order.made', { amount: '1' })
    await tenant.createType('order.strict', { schema: needsAmount })
    await expect(tenant.publish('order.strict', { amount: '1' })).rejects.toThrow('data.amount: must be number')
  })

  test('a rehearsal examines the events of its time, and has at most ten examples', async () => {
    await publishMany(3, {})
    app.clock.advance(3600)
    const from = app.clock.now().toISOString()
    await publishMany(12, {})
    app.clock.advance(3600)
    const to = app.clock.now().toISOString()
    await publishMany(2, {})
    const [within, since, until] = [
      await rehearse({ from, to }),
      await rehearse({ from }),
      await rehearse({ to: from }),
    ]
    expect(within).toMatchObject({ examined: 12, refused: 12, isComplete: true })
    expect(within.examples).toHaveLength(10)
    expect([since.examined, until.examined]).toEqual([14, 3])
    expect(await rehearse({ from: to, to: from })).toEqual({
      issues: [{ path: 'input.to', message: 'must be after `from`' }],
    })
  })

  test('a rehearsal is incomplete past its number of events, and complete at that number', async () => {
    for (let n = 0; n < REHEARSAL_EVENTS / 500; n++) await publishMany(500, { amount: 1 })
    expect(await rehearse()).toMatchObject({ examined: REHEARSAL_EVENTS, refused: 0, isComplete: true })
    app.clock.advance(1)
    await tenant.publish('order.made', {})
    expect(await rehearse()).toMatchObject({ examined: REHEARSAL_EVENTS, refused: 1, isComplete: false })
  })

  test('a rehearsal is incomplete past its bytes of bodies', async () => {
    const filler = 'x'.repeat(250 * 1024)
    const fitting = Math.floor(REHEARSAL_BYTES / (250 * 1024 + 300))
    for (let n = 0; n <= fitting; n++) await tenant.publish('order.made', { amount: 1, filler })
    expect(await rehearse()).toMatchObject({ examined: fitting, refused: 0, isComplete: false })
  })

  test("a rehearsal of an operator's type examines the events of the own organization only", async () => {
    await app.host.createType('shared.made')
    const other = await app.tenant()
    await tenant.publish('shared.made', { amount: 1 })
    const own = await tenant.publish('shared.made', {})
    await other.publish('shared.made', {})
    await app.host.publish('shared.made', {})
    const result = await rehearse({ eventType: 'shared.made' })
    expect(result).toMatchObject({ examined: 2, refused: 1, examples: [{ event: { id: own } }] })
    const stranger = await app.tenant()
    expect(await rehearse({ eventType: 'shared.made' }, stranger)).toMatchObject({ examined: 0, isComplete: true })
  })

  test('an unknown type, a type of another organization and a faulty schema are refused with their paths', async () => {
    const other = await app.tenant()
    const refusal = (name: string) => ({
      issues: [
        {
          path: 'input.eventType',
          message: `"${name}" is not a registered event type. Choose one of \`eventTypes\`.`,
        },
      ],
    })
    expect(await rehearse({ eventType: 'no.such' })).toEqual(refusal('no.such'))
    expect(await rehearse({}, other)).toEqual(refusal('order.made'))
    const issues = async (schema: unknown) => (await rehearse({ schema })).issues
    expect(await issues({ type: 'thing' })).toMatchObject([
      { path: 'input.schema', message: expect.stringContaining('is no usable JSON Schema') },
    ])
    expect(await issues({ requierd: ['a'] })).toMatchObject([
      { path: 'input.schema', message: expect.stringContaining('"requierd"') },
    ])
    expect(await issues({ description: 'x'.repeat(70_000) })).toMatchObject([{ path: 'input.schema' }])
  })

  test('the endpoints of the type are counted for a key that may read endpoints', async () => {
    const url = 'http://127.0.0.1:9/'
    await tenant.createEndpoint(url, { eventTypes: ['order.*'], enabled: false })
    await tenant.createEndpoint(url, { eventTypes: ['*'], channels: ['eu'] })
    await tenant.createEndpoint(url, { eventTypes: ['order.paid'] })
    expect(await rehearse()).toMatchObject({ webhookEndpointCount: 2 })
    const reader = await app.tenant({ events: ['read'] }, tenant.organizationId)
    const input = { eventType: 'order.made', schema: true }
    expect((await reader.request(query, { input })).errors).toMatchObject([
      { path: ['schemaRehearsal', 'webhookEndpointCount'], extensions: { code: 'FORBIDDEN' } },
    ])
    expect((await reader.request(query.replace('webhookEndpointCount', ''), { input })).errors).toBeUndefined()
  })

  test('long names of a payload and long values of a schema are shortened in the issues', async () => {
    await tenant.publish('order.made', { ['n'.repeat(5_000)]: 1 })
    const { examples } = await rehearse({
      schema: { additionalProperties: { const: 2 }, description: 'd' },
    })
    expect(examples[0].issues[0].path.length).toBeLessThan(200)
    const long = await rehearse({ schema: { required: ['r'.repeat(5_000)] } })
    expect(long.examples[0].issues[0].message.length).toBeLessThan(300)
  })
})
