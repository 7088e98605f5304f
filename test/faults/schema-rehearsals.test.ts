import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { REQUEST_MS } from '../../src/domain/event-types/check-budget.ts'
import { CHECK_MS } from '../../src/domain/event-types/check-deadline.ts'
import type { Viewer } from '../../src/domain/people/viewer.ts'
import { JsonText } from '../../src/lib/json-text.ts'
import { type App, startApp } from '../support/app.ts'
import { postText, sendUnread } from '../support/raw-http.ts'
import { SLOW_PATTERN, slowText } from '../support/slow-schema.ts'

// A reader's own schema makes the check of each stored event as slow as it can.
const EVENTS = 40
const slowSchema = { type: 'string', pattern: SLOW_PATTERN }
const QUERY = `query ($input: SchemaRehearsalInput!) { schemaRehearsal(input: $input) {
  ... on SchemaRehearsalPayload { examined refused isComplete examples { issues { message } } }
  ... on ValidationError { issues { path message } } } }`

let app: App
let tenant: Awaited<ReturnType<App['tenant']>>
let honest: typeof tenant
beforeAll(async () => {
  app = await startApp()
  tenant = await app.tenant()
  honest = await app.tenant()
  await tenant.createType('a.slow')
  await honest.createType('a.b')
  for (let n = 0; n < EVENTS; n++) await tenant.publish('a.slow', slowText)
})
afterAll(() => app.stop())

const input = (schema: unknown = slowSchema) => ({ eventType: 'a.slow', schema })
function rehearseSlow(signal?: AbortSignal) {
  const viewer = { organizationId: tenant.organizationId } as Viewer
  const schema = new JsonText(JSON.stringify(slowSchema))
  return app.services.schemaRehearsal(viewer, { eventType: 'a.slow', schema }, signal)
}

describe('slow rehearsal', () => {
  test('a rehearsal ends within its time and is incomplete, while other organizations publish', async () => {
    let isOver = false
    const began = performance.now()
    const rehearsal = tenant.ask(QUERY, { input: input() }).finally(() => {
      isOver = true
    })
    let published = 0
    for (; !isOver; published++) await honest.publish('a.b', { published })
    const { examined, refused, isComplete, examples } = await rehearsal
    // A busy machine takes longer; without the bound the checks alone take EVENTS times CHECK_MS.
    expect(examined).toBeLessThan(Math.min(EVENTS, REQUEST_MS / CHECK_MS + 5))
    expect(examined).toBeGreaterThan(0)
    expect({ refused, isComplete }).toEqual({ refused: examined, isComplete: false })
    expect(examples[0].issues[0].message).toContain(`takes more than ${CHECK_MS} ms to check`)
    expect(performance.now() - began).toBeLessThan(20 * REQUEST_MS)
    expect(published).toBeGreaterThan(2)
  })

  test('a second rehearsal of the organization is refused until the first ends, and no other organization is', async () => {
    const first = rehearseSlow()
    const { errors } = await tenant.request(QUERY, { input: input(true) })
    expect(errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED', retryAfter: 1 } }])
    const other = await honest.ask(QUERY, { input: { eventType: 'a.b', schema: true } })
    expect(other).toMatchObject({ refused: 0 })
    await first
    expect(await tenant.ask(QUERY, { input: input(true) })).toMatchObject({ examined: EVENTS, isComplete: true })
  })

  test('a rehearsal ends when its client leaves, and the next one may run', async () => {
    const client = new AbortController()
    const rehearsal = rehearseSlow(client.signal)
    client.abort()
    await expect(rehearsal).rejects.toMatchObject({ code: 'CLIENT_CLOSED' })
    expect(await tenant.ask(QUERY, { input: input(true) })).toMatchObject({ examined: EVENTS })
  })

  test('a client that hangs up ends its rehearsal over HTTP', async () => {
    const rehearsals = vi.spyOn(app.services, 'schemaRehearsal')
    const body = { query: QUERY, variables: { input: input() } }
    const socket = await sendUnread(app.url, postText(body, { authorization: `Bearer ${tenant.key}` }))
    await expect.poll(() => rehearsals.mock.calls.length).toBe(1)
    socket.destroy()
    await expect(rehearsals.mock.results[0]!.value).rejects.toMatchObject({ code: 'CLIENT_CLOSED' })
  })

  test('rehearsals that used up the minute of an organization are refused, and its publishes go on', async () => {
    const refusal = async () => {
      for (let n = 0; n < 30; n++) {
        const { errors } = await tenant.request(QUERY, { input: input() })
        if (errors !== undefined) return errors[0]
      }
      return undefined
    }
    expect(await refusal()).toMatchObject({ extensions: { code: 'RATE_LIMITED' } })
    expect(await tenant.publish('a.slow', 'quick')).toMatch(/^evt_/)
    app.clock.advance(120)
    expect(await tenant.ask(QUERY, { input: input(true) })).toMatchObject({ isComplete: true })
  })
})
