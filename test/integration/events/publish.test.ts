import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EVENT_TYPE_PATTERN, patternsOf } from '../../../src/domain/event-types/patterns.ts'
import type { Client } from '../../support/api.ts'
import { type App, startApp } from '../../support/app.ts'

let app: App
let tenant: Client
beforeAll(async () => {
  app = await startApp()
  tenant = await app.tenant()
  await tenant.createType('order.made')
})
afterAll(() => app.stop())

const bodyOf = async (id: string) =>
  (await tenant.ask('query ($id: ID!) { node(id: $id) { ... on Event { body } } }', { id })).body as string

const publishMany = (events: unknown[]) =>
  tenant.ask(
    `mutation ($input: EventPublishManyInput!) { eventPublishMany(input: $input) {
      ... on EventPublishManyPayload { events { id type } } ... on Error { code message } } }`,
    { input: { events } },
  )

describe('publish', () => {
  test('an event that no endpoint wants is stored', async () => {
    const id = await tenant.publish('order.made', { n: 1 })
    expect(JSON.parse(await bodyOf(id))).toMatchObject({ id, type: 'order.made', data: { n: 1 } })
  })

  test('an event of an unregistered type is rejected with advice', async () => {
    await expect(tenant.publish('order.unknown')).rejects.toThrow(
      'VALIDATION_FAILED: input.type: "order.unknown" is not a registered event type. Register it with eventTypeCreate.',
    )
  })

  test('a repeated idempotency key returns the same event, and is rejected when the content differs', async () => {
    const more = { idempotencyKey: 'order-1' }
    const id = await tenant.publish('order.made', { n: 1 }, more)
    expect(await tenant.publish('order.made', { n: 1 }, more)).toBe(id)
    await expect(tenant.publish('order.made', { n: 2 }, more)).rejects.toThrow(
      `IDEMPOTENCY_CONFLICT: Another event was published with the idempotencyKey "order-1": ${id}.`,
    )
    const other = await app.tenant()
    await other.createType('order.made')
    expect(await other.publish('order.made', { n: 3 }, more)).not.toBe(id)
  })

  test('a batch is rejected as a whole when one of its idempotency keys belongs to other content', async () => {
    const made = (n: number, idempotencyKey: string) => ({ type: 'order.made', data: { n }, idempotencyKey })
    const [first] = (await publishMany([made(1, 'batch-1'), made(1, 'batch-1')])).events
    const count = async () => (await app.database.pool.query('SELECT count(*)::int AS count FROM events')).rows[0].count
    const before = await count()
    await expect(publishMany([made(2, 'batch-2'), made(2, 'batch-1')])).rejects.toThrow(
      `IDEMPOTENCY_CONFLICT: Another event was published with the idempotencyKey "batch-1": ${first.id}.`,
    )
    await expect(publishMany([made(3, 'batch-3'), made(4, 'batch-3')])).rejects.toThrow('IDEMPOTENCY_CONFLICT')
    expect(await count()).toBe(before)
    const again = await publishMany([made(1, 'batch-1'), made(2, 'batch-2')])
    expect(again.events[0].id).toBe(first.id)
    expect(await count()).toBe(before + 1)
  })

  test('100 concurrent publishes with one idempotency key store one event', async () => {
    const ids = await Promise.all(
      Array.from({ length: 100 }, () => tenant.publish('order.made', {}, { idempotencyKey: 'at-once' })),
    )
    expect(new Set(ids).size).toBe(1)
  })

  test('concurrent publishes of the same idempotency keys in opposite orders all succeed', async () => {
    const events = Array.from({ length: 200 }, (_, n) => ({
      type: 'order.made',
      data: n,
      idempotencyKey: `opposite-${n}`,
    }))
    const orders = Array.from({ length: 12 }, (_, n) => (n % 2 === 0 ? events : events.toReversed()))
    const answers = await Promise.all(orders.map((order) => publishMany(order)))
    expect(new Set(answers.flatMap(({ events }) => events.map(({ id }: { id: string }) => id))).size).toBe(200)
  })

  test('a batch is stored as a whole and in order, or not at all', async () => {
    const count = async () => (await app.database.pool.query('SELECT count(*)::int AS count FROM events')).rows[0].count
    const before = await count()
    await expect(
      publishMany([
        { type: 'order.made', data: 1 },
        { type: 'nope', data: 2 },
      ]),
    ).rejects.toThrow('input.events.1.type')
    await expect(publishMany([])).rejects.toThrow('input.events')
    await expect(publishMany(Array.from({ length: 501 }, () => ({ type: 'order.made', data: 1 })))).rejects.toThrow(
      'input.events',
    )
    expect(await count()).toBe(before)
    const { events } = await publishMany(Array.from({ length: 500 }, (_, n) => ({ type: 'order.made', data: { n } })))
    expect(await count()).toBe(before + 500)
    expect(JSON.parse(await bodyOf(events[499].id)).data).toEqual({ n: 499 })
  })

  test('sensitive fields are removed at any depth before an event is stored, and other fields are kept', async () => {
    const data = { user: { password: 'p', name: 'n', list: [{ token: 't', keep: 1 }] }, secret: { a: 1 } }
    const id = await tenant.publish('order.made', data, {
      metadata: { token: 'm', trace: 'x' },
      previous: { password: 'old' },
    })
    expect(JSON.parse(await bodyOf(id))).toMatchObject({
      data: { user: { name: 'n', list: [{ keep: 1 }] } },
      previous: {},
      metadata: { trace: 'x' },
    })
    expect(await bodyOf(id)).not.toMatch(/password|token|secret/)
    await tenant.createType('order.own', { sensitiveFields: ['ssn'] })
    expect(JSON.parse(await bodyOf(await tenant.publish('order.own', { ssn: '1', token: 't' }))).data).toEqual({
      token: 't',
    })
  })

  test.each([
    ['an event of more than 256 KiB', { data: 'a'.repeat(256 * 1024) }, 'at most 262144 are allowed'],
    ['nesting of more than 100 levels', { data: nest(101) }, 'is nested deeper than 100 levels'],
    ['a NUL in the idempotency key', { data: 1, idempotencyKey: 'a\u0000' }, 'remove U+0000'],
    [
      'a control character in the idempotency key',
      { data: 1, idempotencyKey: 'a\u0001' },
      'must have no control characters',
    ],
  ])('%s is rejected', async (_name, input, message) => {
    await expect(publishMany([{ type: 'order.made', ...input }])).rejects.toThrow(message)
  })

  function nest(levels: number): unknown {
    return levels === 0 ? 1 : [nest(levels - 1)]
  }

  test.each([
    [
      'in variables',
      {
        query: 'mutation ($d: JSON!) { eventPublish(input: { type: "order.made", data: $d }) { __typename } }',
        variables: { d: 'DEEP' },
      },
    ],
    [
      'in the document',
      { query: 'mutation { eventPublish(input: { type: "order.made", data: "DEEP" }) { __typename } }' },
    ],
  ])('nesting of 50,000 levels %s is rejected and does not harm later publishes', async (_name, request) => {
    const deep = '['.repeat(50_000) + ']'.repeat(50_000)
    const body = JSON.stringify(request).replace(/\\?"DEEP\\?"/, deep)
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${tenant.key}` }
    const answer = await (await fetch(`${app.url}/graphql`, { method: 'POST', headers, body })).text()
    expect(answer).toMatch(/ValidationError|errors/)
    expect(answer).not.toMatch(/node_modules|RangeError/)
    await tenant.publish('order.made')
  })

  test.each(['data', 'previous', 'metadata'])(
    '%s with very many names is rejected by its size before any other check',
    async (part) => {
      const large = Object.fromEntries(Array.from({ length: 200_000 }, (_, n) => [`name${n}`, n]))
      await expect(tenant.publish('order.made', {}, { [part]: large })).rejects.toThrow(
        `input.${part}: has more than 1048576 bytes`,
      )
    },
  )

  test('a publish is acknowledged only after the commit', async () => {
    const before = new pg.Client({ connectionString: app.database.url })
    await before.connect()
    // The table lock prevents every commit to the table.
    await before.query('BEGIN; LOCK TABLE events IN ACCESS EXCLUSIVE MODE')
    let answered = false
    const publish = tenant.publish('order.made').then((id) => {
      answered = true
      return id
    })
    const { rows } = await before.query('SELECT 1')
    expect(rows).toHaveLength(1)
    expect(answered).toBe(false)
    await before.query('COMMIT')
    const { rows: found } = await before.query('SELECT 1 FROM events WHERE id = $1', [await publish])
    expect(found).toHaveLength(1)
    await before.end()
  })

  const word = fc.stringMatching(/^[A-Za-z0-9_-]{1,8}$/)

  test('an event type pattern matches exactly the types that begin with the pattern (property)', () => {
    const types = fc.array(word, { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(types, types, fc.boolean(), (type, words, wildcard) => {
        const pattern = words.join('.') + (wildcard ? '.*' : '')
        expect(pattern).toMatch(EVENT_TYPE_PATTERN)
        const begins = words.every((entry, index) => entry === type[index])
        const expected = begins && (wildcard ? type.length > words.length : type.length === words.length)
        expect(patternsOf(type.join('.')).includes(pattern)).toBe(expected)
        expect(patternsOf(type.join('.'))).toContain('*')
      }),
      { seed: 1 },
    )
  })
})
