import {
  type GraphQLInputType,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql'

/** A random generator with a seed, and choices by it. */
export interface Random {
  (): number
  pick<T>(values: readonly T[]): T
  chance(share: number): boolean
}

/** Mulberry32: small, and the same on every machine. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return Object.assign(next, {
    pick: <T>(values: readonly T[]): T => values[Math.floor(next() * values.length)]!,
    chance: (share: number) => next() < share,
  })
}

/** Ids and cursors that answers have shown, so that operations also meet what exists. */
export interface Seen {
  ids: string[]
  cursors: string[]
}

const STRINGS = [
  ...[
    '',
    'a',
    'order.made',
    'order.paid',
    'webhook.test',
    '*',
    'order.*',
    'x'.repeat(300),
    'é😀\u2028',
    "'; --",
    '%_\\',
  ],
  ...[
    '\0',
    'a\0b',
    '\ud800',
    '\udc00x',
    '\u202e',
    '\t\n',
    '127.0.0.1',
    '::1',
    '10.0.0.0/8',
    'query A { viewer { id } }',
  ],
  ...['sb_live_aaaa', 'x'.repeat(70_000), '{}', 'null', '0', '-1', 'MINUTE', '__proto__', 'constructor', 'toString'],
]
/** Names and indexes of paths in predicates. */
const STEPS = ['data', 'type', 'metadata', 'channels', 'a', 'b', '0', '__proto__', 'length']
const IDS = [
  'evt_1',
  'key_',
  'whep_01J',
  'dlv_\0',
  'org_0',
  '_',
  'x_y',
  '',
  'a'.repeat(500),
  'type_\ud800',
  'nobody',
  '5',
]
const URLS = [
  'http://127.0.0.1:9/',
  'http://127.0.0.1:9/a?b',
  'nope',
  'http://[',
  'https://10.0.0.1/',
  'ftp://a/',
  ' http://127.0.0.1/',
]
const NUMBERS = [
  '0',
  '1',
  '-1',
  '20',
  '100',
  '101',
  '500',
  '604800',
  '2147483647',
  '2147483648',
  '-2147483649',
  '1.5',
  '1e400',
  '-0',
  '12345678901234567890',
]
const DATES = [
  '2026-01-01T00:00:00Z',
  '2026-03-01T12:00:00.000+14:00',
  '1970-01-01T00:00:00Z',
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:59-14:00',
  '2026-13-01',
  'x',
  '',
]
const CURSORS = ['GPC:N:5', 'GPC:J:{"gt":"a"}', 'GPC:S:\0', 'GPC:S:', 'x', ''].map((text) =>
  Buffer.from(text).toString('base64'),
)
const JSON_TEXTS = [
  ...['{}', '[]', '1.0', '1e400', '"\\u0000"', '"\\ud800"', 'true', '{"a":{"b":[1,2,{"c":-0}]}}', '{"10":1,"2":2}'],
  ...[
    '{"events":["read"]}',
    '{"events":["read","write"],"webhooks":["write"]}',
    '{"Events":["x"]}',
    '{"x-a":"b","\\u0000":"c"}',
  ],
  ...[
    '{"type":"object","properties":{"a":{"type":"integer"}}}',
    '{"propertys":{}}',
    '{"$ref":"#/$defs/none"}',
    '{"pattern":"("}',
  ],
  ...[
    `${'['.repeat(150)}${']'.repeat(150)}`,
    `"${'y'.repeat(5_000)}"`,
    '{"a":1,"a":2}',
    '{"token":1,"b":[{"Secret":2}]}',
  ],
]

/**
 * Writes a random value of a type as JSON: mostly valid, sometimes broken in a way that clients break values.
 *
 * @param name of the argument or field, which tells cursors from other strings
 */
export function writeValue(type: GraphQLInputType, name: string, random: Random, seen: Seen, depth = 0): string {
  if (random.chance(0.02)) return random.pick(['null', '[]', '{}', '"x"', '1', '[null]', '[[[]]]'])
  if (!isNonNullType(type) && random.chance(0.1)) return 'null'
  const nullable = getNullableType(type)
  if (isListType(nullable)) {
    const count = random.pick([0, 1, 1, 2, 3, 30])
    const entries = Array.from({ length: count }, () => writeValue(nullable.ofType, name, random, seen, depth + 1))
    return random.chance(0.1) ? (entries[0] ?? '[]') : `[${entries.join(',')}]`
  }
  if (isEnumType(nullable)) {
    const values = nullable.getValues().map((value) => value.name)
    return JSON.stringify(random.chance(0.05) ? 'NONE_OF_THESE' : random.pick(values))
  }
  if (isInputObjectType(nullable) && nullable.isOneOf && random.chance(0.95)) {
    const all = Object.values(nullable.getFields())
    // Ends a type that contains itself.
    const fields = depth < 6 ? all : all.filter(({ type }) => getNamedType(type) !== nullable)
    const field = random.pick(fields)
    return `{${JSON.stringify(field.name)}:${writeValue(field.type, field.name, random, seen, depth + 1)}}`
  }
  if (isInputObjectType(nullable)) {
    const fields = Object.values(nullable.getFields()).filter((field) => {
      if (isNonNullType(field.type)) return random.chance(0.98)
      return depth < 3 && random.chance(0.35)
    })
    const members = fields.map(
      (field) => `${JSON.stringify(field.name)}:${writeValue(field.type, field.name, random, seen, depth + 1)}`,
    )
    if (random.chance(0.01)) members.push('"notAField":1')
    return `{${members.join(',')}}`
  }
  return writeScalar(nullable.name, name, random, seen)
}

function writeScalar(type: string, name: string, random: Random, { ids, cursors }: Seen): string {
  const known = (values: readonly string[], shown: readonly string[], share: number) =>
    JSON.stringify(shown.length > 0 && random.chance(share) ? random.pick(shown) : random.pick(values))
  switch (type) {
    case 'ID':
      return known(IDS, ids, 0.8)
    case 'Int':
    case 'Float':
    case 'Count':
      return random.pick(NUMBERS)
    case 'Boolean':
      return random.pick(['true', 'false'])
    case 'DateTime':
      return JSON.stringify(random.pick(DATES))
    case 'URL':
      return JSON.stringify(random.chance(0.6) ? URLS[0] : random.pick(URLS))
    case 'JSON':
      return random.chance(0.05) ? `${'{"a":'.repeat(3_000)}1${'}'.repeat(3_000)}` : random.pick(JSON_TEXTS)
    default:
      if (name === 'path' && random.chance(0.8)) return JSON.stringify(random.pick(STEPS))
      return name === 'after' || name === 'before' ? known(CURSORS, cursors, 0.6) : JSON.stringify(random.pick(STRINGS))
  }
}
