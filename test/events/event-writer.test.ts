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

const stored = (at = 0) => ({ at: new Date(at), repeated: new Set<string>() })

test('concurrent publishes share statements, and each gets the answer of its own', async () => {
  const groups: number[] = []
  const { write, stop } = createEventWriter(async (events) => stored(groups.push(events.length)))
  const written = await Promise.all(Array.from({ length: 1_500 }, (_, n) => write([event(`e${n}`)])))
  expect(written.map(({ at }) => at.getTime())).toEqual([...Array(1_000).fill(1), ...Array(500).fill(2)])
  expect(groups).toEqual([1_000, 500])
  await stop()
})

test('a statement that fails fails its publishes, and no others', async () => {
  let calls = 0
  const { write } = createEventWriter(async () => {
    if (calls++ === 0) throw new Error('away')
    return stored()
  })
  await expect(write([event('a')])).rejects.toThrow('away')
  expect(await write([event('b')])).toEqual(stored())
})

test('a publish that the database refuses fails alone', async () => {
  const { write } = createEventWriter(async (events) => {
    if (events.some(({ id }) => id === 'bad')) throw new pg.DatabaseError('no', 2, 'error')
    return stored()
  })
  const answers = await Promise.allSettled(['a', 'bad', 'b'].map((id) => write([event(id)])))
  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
})

test('what waits is bounded, and past that nothing is stored', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const { write, stop } = createEventWriter(async () => {
    await promise
    return stored()
  })
  const waiting = Array.from({ length: WAITING_EVENTS }, () => write([event('x')]))
  await expect(write([event('y')])).rejects.toThrow('Too many events wait to be stored. Nothing was stored')
  resolve()
  await Promise.all(waiting)
  await stop()
})
