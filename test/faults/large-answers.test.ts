import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ANSWER_BYTES } from '../../schema/answer-bytes.ts'
import { ORGANIZATION_ANSWER_BYTES } from '../../src/domain/limits/answer-budget.ts'
import type { GraphQLAnswer } from '../support/api.ts'
import { type App, startApp } from '../support/app.ts'

// A key reads large answers again and again.
const ALIASES = Array.from({ length: 8 }, (_, n) => `a${n}: data`).join(' ')
/** Answers with 8 MB. */
const LARGE = `{ events(first: 5) { nodes { ${ALIASES} } } }`

let app: App
let tenant: Awaited<ReturnType<App['tenant']>>
beforeAll(async () => {
  app = await startApp()
  tenant = await app.tenant()
  await tenant.createType('a.b')
  for (let n = 0; n < 5; n++) await tenant.publish('a.b', 'x'.repeat(200_000))
})
afterAll(() => app.stop())

async function ask(query: string, key = tenant.key) {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` }
  const response = await fetch(`${app.url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) })
  const { data, errors } = (await response.json()) as GraphQLAnswer
  return { status: response.status, retryAfter: response.headers.get('retry-after'), data, error: errors?.[0] }
}

describe('large answer', () => {
  test('an organization past its minute is refused, and other requests go on', async () => {
    const before = app.clock.now()
    let served = 0
    let last = await ask(LARGE)
    for (; last.status === 200 && served < 100; served++) last = await ask(LARGE)
    expect(served).toBe(Math.ceil(ORGANIZATION_ANSWER_BYTES / 8_000_000))
    expect(last.error?.extensions).toMatchObject({ code: 'RATE_LIMITED', retryAfter: expect.any(Number) })
    expect((await tenant.ask('{ events(first: 5) { nodes { id } } }')).nodes).toHaveLength(5)
    const other = await app.tenant()
    await other.createType('a.b')
    await other.publish('a.b', 'x')
    expect((await other.ask('{ events(first: 1) { nodes { data } } }')).nodes).toEqual([{ data: 'x' }])
    expect(app.clock.now()).toEqual(before)
    app.clock.advance(61)
    expect((await ask(LARGE)).status).toBe(200)
  }, 60_000)

  test('a mutation is answered past the minute, because it took effect', async () => {
    for (let n = 0; n < 40; n++) await ask(LARGE)
    expect((await ask(LARGE)).error?.extensions.code).toBe('RATE_LIMITED')
    const large = JSON.stringify('x'.repeat(50_000))
    const { data } = await ask(
      `mutation { eventPublish(input: { type: "a.b", data: ${large} }) { ... on EventPublishPayload { event { id type } } } }`,
    )
    expect(data.eventPublish.event.type).toBe('a.b')
    app.clock.advance(61)
  }, 60_000)

  test('a page with more bytes of bodies than an answer has is refused with a size to request', async () => {
    const big = await app.tenant()
    await big.createType('a.b')
    for (let n = 0; n < 35; n++) await big.publish('a.b', 'x'.repeat(250_000))
    const { error } = await ask('{ events(first: 35) { nodes { data } } }', big.key)
    expect(error?.extensions.code).toBe('ANSWER_TOO_LARGE')
    expect(error?.message).toContain(String(ANSWER_BYTES))
    expect((await big.ask('{ events(first: 20) { nodes { data } } }')).nodes).toHaveLength(20)
  }, 60_000)
})
