import { describe, expect, test } from 'vitest'
import { createLocalBus, KEY_CHANGES } from '../../../src/bus/bus.ts'
import type { Viewer } from '../../../src/domain/people/viewer.ts'
import { createBoundedQueue } from '../../../src/live/bounded-queue.ts'
import { createSubscriptions } from '../../../src/live/subscriptions.ts'
import { createTestClock } from '../../support/clock.ts'

// A subscription ends when its API key is revoked, even if another subscription of the same key failed to start.
const viewer = { principal: { id: 'key_a' }, expiresAt: null } as Viewer

describe('subscription', () => {
  test('a subscription that fails to start leaves the others of its API key subject to revocation', async () => {
    const bus = createLocalBus()
    const subscriptions = createSubscriptions({
      ...{ bus, clock: createTestClock(), isUnchanged: async () => false },
      listenForSessions: async () => async () => {},
    })
    await subscriptions.start()
    let closed = 0
    const open = () =>
      subscriptions.open(viewer, undefined, async (release) =>
        createBoundedQueue<string>({
          onClose() {
            closed++
            release()
          },
        }),
      )
    const failing = subscriptions.open(viewer, undefined, async (release) => {
      // A source may close itself before it reports its error.
      release()
      await open()
      throw new Error('away')
    })
    await expect(failing).rejects.toThrow('away')
    expect(subscriptions.count()).toBe(1)
    bus.publish(KEY_CHANGES, [{ keyId: 'key_a' }])
    await expect.poll(() => closed).toBe(1)
    expect(subscriptions.count()).toBe(0)
    await subscriptions.stop()
  })
})
