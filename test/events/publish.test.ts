import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EVENT_TYPE_PATTERN, patternsOf } from '../../src/events/patterns.ts'
import { excessOf, withoutFields } from '../../src/events/redact.ts'
import type { Client } from '../support/api.ts'
import { type App, startApp } from '../support/app.ts'

// W2, W3, W4: what may be published, what is stored of it, and when it is answered.
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

test('an event that no endpoint wants is kept', async () => {
  const id = await tenant.publish('order.made', { n: 1 })
  expect(JSON.parse(await bodyOf(id))).toMatchObject({ id, type: 'order.made', data: { n: 1 } })
})

test('events of a type whose schema an older version took, and this one does not, are refused with what to do', async () => {
  const id = await tenant.createType('order.old', { schema: { type: 'object' } })
  await app.database.pool.query(`UPDATE event_types SET schema = '{"$ref": "#/"}' WHERE id = $1`, [id])
  await expect(tenant.publish('order.old')).rejects.toThrow(
    /input\.data: cannot be checked, since the schema of its type is not usable: .*\. Change it with eventTypeUpdate\./,
  )
})

test('an organization has a bounded number of event types', async () => {
  const full = await app.tenant()
  await full.createType('order.made')
  await app.database.pool.query(
    `INSERT INTO event_types SELECT (jsonb_populate_record(t, jsonb_build_object('id', t.id || n, 'name', t.name || n))).*
     FROM event_types t, generate_series(1, 1999) n WHERE t.organization_id = $1`,
    [full.organizationId],
  )
  await expect(full.createType('order.late')).rejects.toThrow('TOO_MANY_EVENT_TYPES: An organization has at most 2000')
})

test.each([
  ['draft-07', 'http://json-schema.org/draft-07/schema#'],
  ['2020-12', 'https://json-schema.org/draft/2020-12/schema'],
])('a schema of %s says so, and may have an id', async (draft, $schema) => {
  const name = `order.of_${draft.replace(/\W/g, '_')}`
  const schema = { $schema, $id: 'https://example.com/order', type: 'object', properties: { n: { type: 'integer' } } }
  await tenant.createType(name, { schema })
  await tenant.createType(`${name}_again`, { schema: { ...schema, title: 'The same id' } })
  await expect(tenant.publish(name, { n: 'x' })).rejects.toThrow('input.data.n: must be integer')
  await tenant.publish(`${name}_again`, { n: 1 })
})

test('an unregistered type is refused with what to do', async () => {
  await expect(tenant.publish('order.unknown')).rejects.toThrow(
    'VALIDATION_FAILED: input.type: "order.unknown" is no registered event type. Register it with eventTypeCreate.',
  )
})

test('a payload that breaks its schema is refused with the path, also right after the schema was changed', async () => {
  const id = await tenant.createType('order.strict', {
    schema: {
      type: 'object',
      required: ['lines'],
      properties: { lines: { type: 'array', items: { type: 'number' } } },
    },
  })
  await expect(tenant.publish('order.strict', { lines: [1, 'two'] })).rejects.toThrow(
    'input.data.lines.1: must be number',
  )
  await expect(tenant.publish('order.strict', {})).rejects.toThrow("input.data: must have required property 'lines'")
  await tenant.publish('order.strict', { lines: [1] })
  await tenant.ask(
    'mutation ($id: ID!, $input: EventTypeUpdateInput!) { eventTypeUpdate(id: $id, input: $input) { __typename } }',
    { id, input: { schema: { type: 'object', maxProperties: 0 } } },
  )
  await expect(tenant.publish('order.strict', { lines: [1] })).rejects.toThrow('must NOT have more than 0 properties')
})

test.each([
  ['no JSON Schema', { type: 'wat' }],
  ['a reference to elsewhere', { $ref: 'https://example.com/schema.json' }],
  ['a pattern that needs back-references', { type: 'string', pattern: '(a)\\1' }],
  ['a text', 'object'],
  ['asynchronous', { $async: true, type: 'string' }],
  ['asynchronous inside', { $defs: { a: { $async: true } }, $ref: '#/$defs/a' }],
  ['recursive', { allOf: [{ properties: { a: { $ref: '#' } } }, { properties: { a: { $ref: '#' } } }] }],
  ['doubling with every reference', doubling(30)],
  ['doubling by another name of the root', { allOf: ['a', 'b'].map(() => ({ properties: { a: { $ref: '#/' } } })) }],
  ['doubling by names that end in #', doubling(30, '#')],
  ['a reference to nothing', { $ref: '#/$defs/none' }],
  ['a comparison of each item with each', { type: 'array', uniqueItems: true }],
  ['a pattern of many states', { pattern: `[ab]*a${'[ab]{900}'.repeat(6)}` }],
  ['of many patterns', { allOf: Array.from({ length: 800 }, (_, n) => ({ pattern: `a{1000}${n}` })) }],
])('a schema that is %s is refused', async (_name, schema) => {
  await expect(tenant.createType('order.bad', { schema })).rejects.toThrow('input.schema: is no usable JSON Schema')
})

test('a pattern that would take exponential time elsewhere takes none', async () => {
  await tenant.createType('order.evil', { schema: { type: 'string', pattern: '^(a+)+$' } })
  await expect(tenant.publish('order.evil', `${'a'.repeat(50_000)}!`)).rejects.toThrow('must match pattern')
})

test('the same idempotency key with the same content is one event; with other content it is refused', async () => {
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

test('one of many whose idempotency key has other content refuses them all, with nothing stored', async () => {
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

test('100 publishes at once under one key are one event', async () => {
  const ids = await Promise.all(
    Array.from({ length: 100 }, () => tenant.publish('order.made', {}, { idempotencyKey: 'at-once' })),
  )
  expect(new Set(ids).size).toBe(1)
})

test('publishes of the same keys in opposite orders do not fail each other', async () => {
  const events = Array.from({ length: 200 }, (_, n) => ({
    type: 'order.made',
    data: n,
    idempotencyKey: `opposite-${n}`,
  }))
  const orders = Array.from({ length: 12 }, (_, n) => (n % 2 === 0 ? events : events.toReversed()))
  const answers = await Promise.all(orders.map((order) => publishMany(order)))
  expect(new Set(answers.flatMap(({ events }) => events.map(({ id }: { id: string }) => id))).size).toBe(200)
})

test('many are stored all or none, in their order', async () => {
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

test('sensitive fields are removed before storing, at any depth, and others never', async () => {
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
  ['nesting without end', { data: nest(101) }, 'is nested deeper than 100 levels'],
  ['a NUL in the idempotency key', { data: 1, idempotencyKey: 'a\u0000' }, 'must have no control characters'],
])('%s is refused', async (_name, input, message) => {
  await expect(publishMany([{ type: 'order.made', ...input }])).rejects.toThrow(message)
})

/** Each definition names the next one twice. */
function doubling(levels: number, end = ''): unknown {
  const $defs: Record<string, unknown> = { [`d${levels}`]: { type: 'string' } }
  for (let n = 0; n < levels; n++)
    $defs[`d${n}`] = { allOf: [{ $ref: `#/$defs/d${n + 1}${end}` }, { $ref: `#/$defs/d${n + 1}${end}` }] }
  return { $defs, $ref: `#/$defs/d0${end}` }
}

test('a payload that is too large for its schema to be checked quickly is refused', async () => {
  const many = Array.from({ length: 900 }, () => ({ type: 'string' }))
  await tenant.createType('order.costly', { schema: { type: 'array', items: { allOf: many } } })
  await expect(
    tenant.publish(
      'order.costly',
      Array.from({ length: 50_000 }, () => ''),
    ),
  ).rejects.toThrow('is too large to be checked')
  await tenant.publish('order.costly', ['a'])
})

test.each([
  [
    'to the id of another part',
    { $defs: { a: { $id: 'http://x/a' } }, $ref: 'http://x/a' },
    '\\$id is supported at the root only',
  ],
  ['to another document', { $ref: 'http://x/a' }, 'a \\$ref must begin with #/'],
  [
    'within a property that is named so',
    { ...(doubling(30) as object), $ref: '#/$defs/d30', properties: { $ref: { $ref: '#/$defs/d0' } } },
    'it is too large',
  ],
])('a schema that refers %s is refused, since its cost could not be counted', async (_where, schema, why) => {
  await expect(tenant.createType('order.elsewhere', { schema })).rejects.toThrow(new RegExp(why))
})

test('properties that are named as keywords are properties', async () => {
  await tenant.createType('order.named', {
    schema: { properties: { $id: { type: 'string' }, $ref: { type: 'string' } } },
  })
  await tenant.publish('order.named', { $id: 'a', $ref: 'b' })
  await expect(tenant.publish('order.named', { $ref: 7 })).rejects.toThrow('must be string')
})

test('no format takes long to check', async () => {
  await tenant.createType('order.linked', { schema: { properties: { url: { type: 'string', format: 'url' } } } })
  await tenant.publish('order.linked', { url: 'https://example.com/a?b=c' })
  await expect(tenant.publish('order.linked', { url: `http://${':'.repeat(200_000)}` })).rejects.toThrow(
    'must match format',
  )
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
])('nesting of 50,000 levels %s harms nobody', async (_name, request) => {
  const deep = '['.repeat(50_000) + ']'.repeat(50_000)
  const body = JSON.stringify(request).replace(/\\?"DEEP\\?"/, deep)
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${tenant.key}` }
  const answer = await (await fetch(`${app.url}/graphql`, { method: 'POST', headers, body })).text()
  expect(answer).toMatch(/ValidationError|errors/)
  expect(answer).not.toMatch(/node_modules|RangeError/)
  await tenant.publish('order.made')
})

test.each(['data', 'previous', 'metadata'])(
  '%s of very many names is refused before anything else is done with it',
  async (part) => {
    const large = Object.fromEntries(Array.from({ length: 300_000 }, (_, n) => [`name${n}`, n]))
    await expect(tenant.publish('order.made', {}, { [part]: large })).rejects.toThrow(
      `input.${part}: has more than 1048576 bytes`,
    )
  },
)

test('a publish is answered only after the commit', async () => {
  const before = new pg.Client({ connectionString: app.database.url })
  await before.connect()
  // Nothing can be committed to the table while this holds it.
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

test('a pattern matches exactly the types that begin with it (property)', () => {
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

test('removing fields keeps everything else as it was, in its order (property)', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.stringify(withoutFields(value, ['no such field, I hope']))).toBe(JSON.stringify(value))
      expect(JSON.stringify(withoutFields({ secret: value, kept: value }, ['secret']))).toBe(
        JSON.stringify({ kept: withoutFields(value, ['secret']) }),
      )
      expect(excessOf(value, { levels: 1_000, bytes: 1e6 })).toBeUndefined()
    }),
    { seed: 1 },
  )
})
