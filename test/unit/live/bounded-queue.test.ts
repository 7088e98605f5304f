import { expect, test } from 'vitest'
import { createMailbox, MAILBOX_LIMIT } from '../../../src/live/bounded-queue.ts'

// L3: between bus and subscriber, memory is bounded and loss is told.

test('a reader gets messages in order, those that waited and those that come', async () => {
  const mailbox = createMailbox<number>()
  mailbox.push(1)
  mailbox.push(2)
  expect(await mailbox.next()).toEqual({ done: false, value: { message: 1, gap: false } })
  expect(await mailbox.next()).toEqual({ done: false, value: { message: 2, gap: false } })
  const next = mailbox.next()
  mailbox.push(3)
  expect(await next).toEqual({ done: false, value: { message: 3, gap: false } })
})

test('a stalled reader loses the oldest messages, and is told so once', async () => {
  const mailbox = createMailbox<number>()
  for (let message = 0; message < 10 * MAILBOX_LIMIT; message++) mailbox.push(message)
  const read = []
  for (let count = 0; count < MAILBOX_LIMIT; count++) read.push((await mailbox.next()).value)
  expect(read[0]).toEqual({ message: 9 * MAILBOX_LIMIT, gap: true })
  expect(read.slice(1).every(({ gap }) => !gap)).toBe(true)
  expect(read.at(-1)).toEqual({ message: 10 * MAILBOX_LIMIT - 1, gap: false })
})

test('closing ends the reader that waits, and whoever asks later', async () => {
  let closed = 0
  const mailbox = createMailbox<number>({ onClose: () => closed++ })
  const next = mailbox.next()
  mailbox.close()
  mailbox.close()
  mailbox.push(1)
  expect(await next).toEqual({ done: true, value: undefined })
  expect(await mailbox.next()).toEqual({ done: true, value: undefined })
  expect(closed).toBe(1)
})

test('a subscriber that goes away frees its place', async () => {
  let closed = 0
  const mailbox = createMailbox<number>({ onClose: () => closed++ })
  mailbox.push(1)
  for await (const _ of mailbox) break
  expect(closed).toBe(1)
})
