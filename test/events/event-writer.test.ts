import pg from 'pg'
import { expect, test } from 'vitest'
import { createEventWriter, WAITING_EVENTS } from '../../src/events/event-writer.ts'
import type { NewEvent } from '../../src/events/store-events.ts'

// W3: concurrent publishes are grouped, bounded, and do not fail each other.
const event = (id: string): NewEvent => ({
  id,
  organizationId: 'o',
  type: 't',
  body: Buffer.from('x'),
  idempotencyKey: null,
  idempotencyHash: null,
})

test('concurrent publishes share statements, and each gets its own answer', async () => {
  const groups: number[] = []
  const { write, stop } = createEventWriter(async (events) => {
    groups.push(events.length)
    return new Map(events.map(({ id }) => [id, new Date(0)]))
  })
  const written = await Promise.all(Array.from({ length: 1_500 }, (_, n) => write([event(`e${n}`)])))
  expect(written.every((stored, n) => stored.has(`e${n}`))).toBe(true)
  expect(groups).toEqual([1_000, 500])
  await stop()
})

test('a statement that fails fails its publishes, and no others', async () => {
  let calls = 0
  const { write } = createEventWriter(async (events) => {
    if (calls++ === 0) throw new Error('away')
    return new Map(events.map(({ id }) => [id, new Date(0)]))
  })
  await expect(write([event('a')])).rejects.toThrow('away')
  expect((await write([event('b')])).has('b')).toBe(true)
})

test('a publish that the database refuses fails alone', async () => {
  const { write } = createEventWriter(async (events) => {
    if (events.some(({ id }) => id === 'bad')) throw new pg.DatabaseError('no', 2, 'error')
    return new Map(events.map(({ id }) => [id, new Date(0)]))
  })
  const answers = await Promise.allSettled(['a', 'bad', 'b'].map((id) => write([event(id)])))
  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
})

test('what waits is bounded, and past that nothing is stored', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const { write, stop } = createEventWriter(async () => {
    await promise
    return new Map()
  })
  const waiting = Array.from({ length: WAITING_EVENTS }, () => write([event('x')]))
  await expect(write([event('y')])).rejects.toThrow('Too many events wait to be stored. Nothing was stored')
  resolve()
  await Promise.all(waiting)
  await stop()
})
