import { expect, test } from 'vitest'
import { createLocalBus, KEY_CHANGES } from '../../../src/bus/bus.ts'
import type { Viewer } from '../../../src/domain/people/viewer.ts'
import { createMailbox } from '../../../src/live/bounded-queue.ts'
import { createSubscriptions } from '../../../src/live/subscriptions.ts'
import { createTestClock } from '../../support/clock.ts'

// L4: a subscription ends when the right of its key ends, whatever became of others of the same key.
const viewer = { principal: { id: 'key_a' }, expiresAt: null } as Viewer

test('one that fails to begin lets none of the same key escape', async () => {
  const bus = createLocalBus()
  const subscriptions = createSubscriptions({ bus, clock: createTestClock(), isUnchanged: async () => false })
  await subscriptions.start()
  let closed = 0
  const open = () =>
    subscriptions.open(viewer, undefined, async (release) =>
      createMailbox<string>({
        onClose() {
          closed++
          release()
        },
      }),
    )
  const failing = subscriptions.open(viewer, undefined, async (release) => {
    // As a source does that closes itself before it says what failed.
    release()
    await open()
    throw new Error('away')
  })
  await expect(failing).rejects.toThrow('away')
  expect(subscriptions.count()).toBe(1)
  bus.publish(KEY_CHANGES, [{ keyId: 'key_a' }])
  await expect.poll(() => closed).toBe(1)
  expect(subscriptions.count()).toBe(0)
  subscriptions.stop()
})
