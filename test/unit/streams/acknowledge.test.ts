import type pg from 'pg'
import { describe, expect, test } from 'vitest'
import { createLocalBus } from '../../../src/bus/bus.ts'
import type { Viewer } from '../../../src/domain/people/viewer.ts'
import { createAcknowledge, WAITING_RESULTS } from '../../../src/domain/streams/acknowledge.ts'
import { createOpenLeases } from '../../../src/domain/streams/open-leases.ts'
import { createIds } from '../../../src/lib/ids.ts'
import { createLog } from '../../../src/lib/log.ts'
import { createTestClock } from '../../support/clock.ts'

/** A database that finds every lease, and answers no statement that records. */
function createStalledPool(): pg.Pool {
  const query = async ({ text, values }: { text: string; values: [string, string[], number[]] }) => {
    if (text.includes('record_results')) return new Promise(() => {})
    const [organization_id, ids, versions] = values
    const endpoint = { maxAttempts: 1, backoffSeconds: [1] }
    const about = {
      trigger: 'SCHEDULED',
      scheduled_attempts: 0,
      event_id: 'evt_1',
      event_type: 'a.b',
      endpoint_id: 'whep_1',
    }
    return { rows: ids.map((id, n) => ({ id, organization_id, version: versions[n], ...about, endpoint })) }
  }
  return { query } as unknown as pg.Pool
}

const results = (from: number) =>
  Array.from({ length: 100 }, (_, n) => ({ id: `dlv_${from + n}`, version: 2, statusCode: 204, durationMs: 1 }))

describe('acknowledged results', () => {
  test('results past the bound of a stalled database are refused, and those before it go on waiting', async () => {
    const clock = createTestClock()
    const { acknowledge } = createAcknowledge({
      ...{ pool: createStalledPool(), clock, makeId: createIds(clock), bus: createLocalBus() },
      ...{ log: createLog({ level: 'silent' }), openLeases: createOpenLeases(), mailOwners: () => {} },
    })
    const viewer = { organizationId: 'org_1' } as Viewer
    const waiting: Promise<unknown>[] = []
    for (let n = 0; n < WAITING_RESULTS; n += 100) {
      waiting.push(acknowledge(viewer, { results: results(n) }))
      await new Promise(setImmediate)
    }
    await expect(acknowledge(viewer, { results: results(WAITING_RESULTS) })).rejects.toThrow(
      'At most 5000 results wait for the database at once.',
    )
    expect(await Promise.race([...waiting, 'still waiting'])).toBe('still waiting')
  })
})
