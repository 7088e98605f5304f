import { monitorEventLoopDelay } from 'node:perf_hooks'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { CHECK_MS } from '../../src/domain/event-types/check-deadline.ts'
import { COST_MS } from '../../src/domain/event-types/json-schema.ts'
import type { EventPublish } from '../../src/domain/events/publish.ts'
import type { Viewer } from '../../src/domain/people/viewer.ts'
import { JsonText } from '../../src/lib/json-text.ts'
import { type App, startApp } from '../support/app.ts'
import { postText, sendUnread } from '../support/raw-http.ts'

// A tenant's own schema makes the check of each event as slow as it can.
let app: App
let attacker: Awaited<ReturnType<App['tenant']>>
let honest: typeof attacker
/** Each character of the text is tried against each state of the pattern. */
const SLOW_PATTERN = '([ab]*a[ab]{200}){2}c'
const slowText = `c${pseudoRandomText(120_000)}`
/** One check, the compilation of its pattern, and the work of a busy machine. */
const DELAY_MS = 20 * CHECK_MS

beforeAll(async () => {
  app = await startApp()
  attacker = await app.tenant()
  honest = await app.tenant()
  await attacker.createType('a.slow', { schema: { type: 'string', pattern: SLOW_PATTERN } })
  await attacker.createType('a.quick', { schema: { type: 'string', pattern: '^[a-z ]*$' } })
  await honest.createType('a.b', { schema: { type: 'object', required: ['n'] } })
})
afterAll(() => app.stop())

/** A and b in an order that repeats nowhere, so that the matcher cannot reuse its states. */
function pseudoRandomText(length: number): string {
  let seed = 1
  return Array.from({ length }, () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
    return seed & (2 ** 16) ? 'a' : 'b'
  }).join('')
}

const slowEvents = (count: number) => Array.from({ length: count }, () => ({ type: 'a.slow', data: slowText }))

function publishSlow(count: number, signal?: AbortSignal) {
  const viewer = { organizationId: attacker.organizationId } as Viewer
  const data = new JsonText(JSON.stringify(slowText), slowText)
  const events: EventPublish[] = Array.from({ length: count }, () => ({ type: 'a.slow', data }))
  return app.services.publisher.publishMany(viewer, events, signal)
}

describe('slow schema', () => {
  test('an event is refused at the deadline when its check takes longer', async () => {
    const began = performance.now()
    await expect(attacker.publish('a.slow', slowText)).rejects.toThrow(`takes more than ${CHECK_MS} ms to check`)
    expect(performance.now() - began).toBeLessThan(DELAY_MS)
    await expect(attacker.publish('a.slow', 'ab')).rejects.toThrow('must match pattern')
  })

  test('publishes and reads of other organizations go on while many requests have slow checks', async () => {
    const delay = monitorEventLoopDelay({ resolution: 5 })
    delay.enable()
    let isOver = false
    const attack = Promise.allSettled(Array.from({ length: 6 }, () => attacker.publishMany(slowEvents(8)))).then(
      (results) => {
        isOver = true
        return results
      },
    )
    const times: number[] = []
    while (!isOver) {
      const began = performance.now()
      await honest.publish('a.b', { n: 1 })
      await honest.ask('{ viewer { organization { id } } }')
      times.push(performance.now() - began)
    }
    delay.disable()
    expect(times.length).toBeGreaterThan(2)
    expect(delay.max / 1e6).toBeLessThan(DELAY_MS)
    for (const result of await attack) expect(result).toMatchObject({ status: 'rejected' })
  })

  test('a request ends when its checks took too long together', async () => {
    const began = performance.now()
    // The message of the answer names the first faults only.
    const message = expect.stringContaining('comes after events that took 1000 ms to check')
    await expect(publishSlow(100)).rejects.toMatchObject({
      issues: expect.arrayContaining([expect.objectContaining({ message })]),
    })
    expect(performance.now() - began).toBeLessThan(10_000)
  })

  test('the checks of a request end when its client leaves', async () => {
    const client = new AbortController()
    const publishing = publishSlow(500, client.signal)
    setImmediate(() => client.abort())
    await expect(publishing).rejects.toMatchObject({ code: 'CLIENT_CLOSED' })
  })

  test('a client that hangs up ends the checks of its request over HTTP', async () => {
    const publishMany = vi.spyOn(app.services.publisher, 'publishMany')
    const query = `mutation ($input: EventPublishManyInput!) { eventPublishMany(input: $input) { __typename } }`
    const body = { query, variables: { input: { events: slowEvents(20) } } }
    const socket = await sendUnread(app.url, postText(body, { authorization: `Bearer ${attacker.key}` }))
    await expect.poll(() => publishMany.mock.calls.length).toBe(1)
    socket.destroy()
    await expect(publishMany.mock.results[0]!.value).rejects.toMatchObject({ code: 'CLIENT_CLOSED' })
  })

  test('requests of others are answered between the compilations of the largest schemas', async () => {
    const group = (g: number) => ({ oneOf: Array.from({ length: 200 }, (_, n) => ({ const: `${g}.${n}` })) })
    const schema = (salt: number) => ({
      description: `${salt}`,
      properties: Object.fromEntries(Array.from({ length: 12 }, (_, g) => [`g${g}`, group(g)])),
    })
    const delay = monitorEventLoopDelay({ resolution: 5 })
    delay.enable()
    const attack = Promise.allSettled(
      Array.from({ length: 10 }, (_, n) => attacker.createType(`large.t${n}`, { schema: schema(n) })),
    )
    let isOver = false
    attack.then(() => {
      isOver = true
    })
    let answered = 0
    for (; !isOver; answered++) await honest.publish('a.b', { n: answered })
    delay.disable()
    expect(answered).toBeGreaterThan(1)
    expect(delay.max / 1e6).toBeLessThan(DELAY_MS)
  })

  test('a schema of 1,500 alternatives is refused with its path', async () => {
    const schema = { oneOf: Array.from({ length: 1_500 }, (_, n) => ({ const: n })) }
    await expect(attacker.createType('too.large', { schema })).rejects.toThrow(
      'input.schema: is no usable JSON Schema: an object or list of the schema has more than 250 parts. Divide it',
    )
  })

  test('a schema is refused when its patterns take long to compile', async () => {
    const schema = { type: 'string', pattern: 'x{1000}'.repeat(1_000) }
    await expect(attacker.createType('too.slow', { schema })).rejects.toThrow(
      `its patterns take more than ${COST_MS} ms to compile. Make them simpler`,
    )
  })

  test('a large event with an ordinary pattern is accepted', async () => {
    expect(await attacker.publish('a.quick', 'lorem ipsum '.repeat(8_000))).toMatch(/^evt_/)
  })
})
