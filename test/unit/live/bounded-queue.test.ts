import { describe, expect, test } from 'vitest'
import { createBoundedQueue, QUEUE_LIMIT } from '../../../src/live/bounded-queue.ts'

// The queue between bus and subscriber bounds memory and reports lost messages.

describe('bounded queue', () => {
  test('a reader gets messages in order, buffered messages before new ones', async () => {
    const mailbox = createBoundedQueue<number>()
    mailbox.push(1)
    mailbox.push(2)
    expect(await mailbox.next()).toEqual({ done: false, value: { message: 1, gap: false } })
    expect(await mailbox.next()).toEqual({ done: false, value: { message: 2, gap: false } })
    const next = mailbox.next()
    mailbox.push(3)
    expect(await next).toEqual({ done: false, value: { message: 3, gap: false } })
  })

  test('a slow reader loses the oldest messages and is notified once', async () => {
    const mailbox = createBoundedQueue<number>()
    for (let message = 0; message < 10 * QUEUE_LIMIT; message++) mailbox.push(message)
    const read = []
    for (let count = 0; count < QUEUE_LIMIT; count++) read.push((await mailbox.next()).value)
    expect(read[0]).toEqual({ message: 9 * QUEUE_LIMIT, gap: true })
    expect(read.slice(1).every(({ gap }) => !gap)).toBe(true)
    expect(read.at(-1)).toEqual({ message: 10 * QUEUE_LIMIT - 1, gap: false })
  })

  test('closing the queue ends the pending read and later reads', async () => {
    let closed = 0
    const mailbox = createBoundedQueue<number>({ onClose: () => closed++ })
    const next = mailbox.next()
    mailbox.close()
    mailbox.close()
    mailbox.push(1)
    expect(await next).toEqual({ done: true, value: undefined })
    expect(await mailbox.next()).toEqual({ done: true, value: undefined })
    expect(closed).toBe(1)
  })

  test('a reader that stops iterating closes the queue', async () => {
    let closed = 0
    const mailbox = createBoundedQueue<number>({ onClose: () => closed++ })
    mailbox.push(1)
    for await (const _ of mailbox) break
    expect(closed).toBe(1)
  })
})
