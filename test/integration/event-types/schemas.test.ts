import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Client } from '../../support/api.ts'
import { type App, startApp } from '../../support/app.ts'

let app: App
let tenant: Client
beforeAll(async () => {
  app = await startApp()
  tenant = await app.tenant()
})
afterAll(() => app.stop())

describe('event type schema', () => {
  test('an event is rejected with advice when the stored schema of its type is no longer usable', async () => {
    const id = await tenant.createType('order.old', { schema: { type: 'object' } })
    await app.database.pool.query(`UPDATE event_types SET schema = '{"$ref": "#/"}' WHERE id = $1`, [id])
    await expect(tenant.publish('order.old')).rejects.toThrow(
      /input\.data: cannot be checked, because the schema of its type is not usable: .*\. Change the schema with eventTypeUpdate\./,
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
    await expect(full.createType('order.late')).rejects.toThrow(
      'TOO_MANY_EVENT_TYPES: An organization has at most 2000',
    )
  })

  test.each([
    ['draft-07', 'http://json-schema.org/draft-07/schema#'],
    ['2020-12', 'https://json-schema.org/draft/2020-12/schema'],
  ])('a schema of draft %s may name its draft and have an id', async (draft, $schema) => {
    const name = `order.of_${draft.replace(/\W/g, '_')}`
    const schema = { $schema, $id: 'https://example.com/order', type: 'object', properties: { n: { type: 'integer' } } }
    await tenant.createType(name, { schema })
    await tenant.createType(`${name}_again`, { schema: { ...schema, title: 'The same id' } })
    await expect(tenant.publish(name, { n: 'x' })).rejects.toThrow('input.data.n: must be integer')
    await tenant.publish(`${name}_again`, { n: 1 })
  })

  test('a payload that violates its schema is rejected with the path, also right after a schema update', async () => {
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
    ['not a JSON Schema', { type: 'wat' }],
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
  ])('a schema that is %s is rejected', async (_name, schema) => {
    await expect(tenant.createType('order.bad', { schema })).rejects.toThrow('input.schema: is no usable JSON Schema')
  })

  test.each([
    [
      'at the root',
      { propertys: {} },
      'the keyword "propertys" at "" is unknown. Correct it, or begin its name with "x-"',
    ],
    ['of a property', { properties: { a: { typo: 'string' } } }, 'the keyword "typo" at "properties.a"'],
    ['of a definition', { $defs: { a: { items: { maxlength: 1 } } } }, 'the keyword "maxlength" at "$defs.a.items"'],
    ['of an alternative', { anyOf: [{}, { minimun: 1 }] }, 'the keyword "minimun" at "anyOf.1"'],
    ['of a negation', { not: { requires: [] } }, 'the keyword "requires" at "not"'],
  ])(
    'a schema with an unknown keyword %s is rejected with the place of the keyword',
    async (_name, schema, message) => {
      await expect(tenant.createType('order.typo', { schema })).rejects.toThrow(message)
    },
  )

  test('names of properties, constants, examples and keywords with x- are no unknown keywords', async () => {
    const schema = {
      'x-owner': { anything: 1 },
      type: 'object',
      properties: { propertys: { const: { typo: 1 } }, a: { 'x-note': 1, enum: [{ typo: 1 }], default: { typo: 1 } } },
      patternProperties: { '^typo': true },
      examples: [{ typo: 1 }],
      dependentRequired: { a: ['typo'] },
      items: [{ title: 'draft-07' }],
      $schema: 'http://json-schema.org/draft-07/schema#',
    }
    await tenant.createType('order.annotated', { schema })
  })

  test('a stored schema with an unknown keyword goes on checking', async () => {
    const id = await tenant.createType('order.older', { schema: { type: 'object' } })
    await app.database.pool.query(`UPDATE event_types SET schema = '{"type": "object", "typo": 1}' WHERE id = $1`, [id])
    await tenant.publish('order.older', {})
    await expect(tenant.publish('order.older', 1)).rejects.toThrow('must be object')
  })

  test('a pattern with exponential backtracking is matched in linear time', async () => {
    await tenant.createType('order.evil', { schema: { type: 'string', pattern: '^(a+)+$' } })
    await expect(tenant.publish('order.evil', `${'a'.repeat(50_000)}!`)).rejects.toThrow('must match pattern')
  })

  /** Each definition names the next one twice. */
  function doubling(levels: number, end = ''): unknown {
    const $defs: Record<string, unknown> = { [`d${levels}`]: { type: 'string' } }
    for (let n = 0; n < levels; n++)
      $defs[`d${n}`] = { allOf: [{ $ref: `#/$defs/d${n + 1}${end}` }, { $ref: `#/$defs/d${n + 1}${end}` }] }
    return { $defs, $ref: `#/$defs/d0${end}` }
  }

  test('a payload too large to be checked quickly is rejected', async () => {
    const fifty = Array.from({ length: 50 }, () => ({ type: 'string' }))
    const many = Array.from({ length: 18 }, () => ({ allOf: fifty }))
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
    ['to another document', { $ref: 'http://x/a' }, 'a \\$ref must be'],
    [
      'from within a property named $ref',
      { ...(doubling(30) as object), $ref: '#/$defs/d30', properties: { $ref: { $ref: '#/$defs/d0' } } },
      'too many parts',
    ],
  ])('a schema that refers %s is rejected because its cost cannot be counted', async (_where, schema, why) => {
    await expect(tenant.createType('order.elsewhere', { schema })).rejects.toThrow(new RegExp(why))
  })

  test('properties named like keywords are treated as properties', async () => {
    await tenant.createType('order.named', {
      schema: { properties: { $id: { type: 'string' }, $ref: { type: 'string' } } },
    })
    await tenant.publish('order.named', { $id: 'a', $ref: 'b' })
    await expect(tenant.publish('order.named', { $ref: 7 })).rejects.toThrow('must be string')
  })

  test('a format is checked in linear time', async () => {
    await tenant.createType('order.linked', { schema: { properties: { url: { type: 'string', format: 'url' } } } })
    await tenant.publish('order.linked', { url: 'https://example.com/a?b=c' })
    await expect(tenant.publish('order.linked', { url: `http://${':'.repeat(200_000)}` })).rejects.toThrow(
      'must match format',
    )
  })
})
