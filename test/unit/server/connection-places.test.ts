import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { shareDescriptors } from '../../../src/lib/descriptors.ts'
import { createConnectionPlaces } from '../../../src/server/connection-places.ts'

/** A connection that can be destroyed. */
function createSocket() {
  const socket = Object.assign(new EventEmitter(), {
    isOpen: true,
    destroy() {
      socket.isOpen = false
      socket.emit('close')
    },
  })
  return socket as unknown as Socket & { isOpen: boolean }
}

const open = (sockets: { isOpen: boolean }[]) => sockets.map(({ isOpen }) => isOpen)

describe('connection places', () => {
  test('a connection replaces the oldest one without a valid key when all places are taken', () => {
    const places = createConnectionPlaces(3)
    const sockets = Array.from({ length: 5 }, createSocket)
    for (const socket of sockets) places.enter(socket)
    expect(open(sockets)).toEqual([false, false, true, true, true])
  })

  test('a connection with a valid key keeps its place, within a quarter of the places for its organization', () => {
    const places = createConnectionPlaces(8)
    const own = Array.from({ length: 3 }, createSocket)
    for (const socket of own) {
      places.enter(socket)
      places.keep(socket, 'org_1')
    }
    for (let n = 0; n < 20; n++) places.enter(createSocket())
    expect(open(own)).toEqual([true, true, false])
  })

  test('a connection that closes gives back its place and that of its organization', () => {
    const places = createConnectionPlaces(4)
    const [first, second] = [createSocket(), createSocket()]
    for (const socket of [first, second]) {
      places.enter(socket)
      places.keep(socket, 'org_1')
      socket.destroy()
    }
    const third = createSocket()
    places.enter(third)
    places.keep(third, 'org_1')
    for (let n = 0; n < 10; n++) places.enter(createSocket())
    expect(third.isOpen).toBe(true)
  })
})

describe('descriptors of a process', () => {
  test.each([
    [400, { clients: 200, receivers: 100 }],
    [1_024, { clients: 616, receivers: 308 }],
    [1_048_576, { clients: 20_000, receivers: 349_492 }],
  ])('a limit of %i is divided between clients and receivers', (limit, shares) => {
    expect(shareDescriptors(limit)).toEqual(shares)
  })
})
