import { randomInt } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Fleet, startFleet } from '../../support/fleet.ts'
import { type Watch, watchSocket } from '../../support/watch.ts'

// Dependencies of the fleet fail under load. No acknowledged event is lost, and no delivery stays stuck.
const LEASE_SECONDS = 2
const KILLED_EVENTS = 20_000
const EVENTS = 3_000
const KILLS = 10

let fleet: Fleet
const table: string[] = []

beforeAll(async () => {
  fleet = await startFleet({ workers: 3, leaseSeconds: LEASE_SECONDS })
})
afterAll(async () => {
  await fleet.stop()
  console.log(
    [
      '| fault | events | lost | sent twice, and why | until deliveries resume |',
      '| --- | ---: | ---: | --- | ---: |',
      ...table,
    ].join('\n'),
  )
})

type Fault = Parameters<Fleet['through']>[1]

describe('fleet', () => {
  function testFault(name: string, events: number, why: string, fault: Fault): void {
    test(`no acknowledged event is lost: ${name}`, { timeout: 120_000 }, async ({ onTestFailed }) => {
      onTestFailed(async () => console.error(await fleet.state()))
      const { lost, duplicates, recovered } = await fleet.through(events, fault)
      table.push(
        `| ${name} | ${events} | ${lost} | ${duplicates === 0 ? 0 : `${duplicates}: ${why}`} | ${recovered} ms |`,
      )
      expect(lost).toBe(0)
      if (why === '') expect(duplicates).toBe(0)
    })
  }

  testFault(
    `${KILLS} kills with -9 of one of three workers`,
    KILLED_EVENTS,
    'sent, and killed before it was recorded',
    async (arrived) => {
      const { workers } = fleet
      for (let n = 0; n < KILLS; n++) {
        await arrived((n + Math.random()) / (KILLS + 2))
        const victim = randomInt(workers.length)
        await workers[victim]!.end('SIGKILL')
        await fleet.restartWorker(victim)
      }
    },
  )

  testFault(
    'two of three workers paused past their lease, and woken',
    EVENTS,
    'in flight in a paused worker, so another took over',
    async () => {
      const paused = fleet.workers.slice(0, 2)
      const taken = () => fleet.workers[2]!.output().split('Reclaimed deliveries').length
      const before = taken()
      for (const { child } of paused) child.kill('SIGSTOP')
      await expect.poll(taken, { timeout: 30_000 }).toBeGreaterThan(before)
      for (const { child } of paused) child.kill('SIGCONT')
    },
  )

  testFault('PostgreSQL stopped and started', EVENTS, 'sent, and not recorded before its lease ran out', async () => {
    await fleet.postgres.stop()
    await fleet.postgres.start()
  })

  testFault(
    'PostgreSQL killed with -9 and started',
    EVENTS,
    'sent, and not recorded before its lease ran out',
    async () => {
      fleet.postgres.kill()
      await fleet.postgres.start()
    },
  )

  testFault('every connection to PostgreSQL cut', EVENTS, 'its settling was cut off', async () => {
    await fleet.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IS NOT NULL',
    )
  })

  testFault('Redis killed, and started again empty', EVENTS, '', async (arrived) => {
    await fleet.redis.kill()
    await arrived(0.4)
    await fleet.redis.restart()
  })

  test('a subscriber resumes from its last cursor after the API was killed and Redis restarted empty', async ({
    onTestFailed,
  }) => {
    onTestFailed(async () => console.error(await fleet.state()))
    const { api, query } = fleet
    const following = follow(fleet)
    // The first received update shows that the subscription is active.
    await expect
      .poll(async () => [await api.publish('fleet.event'), following.seen.size > 0][1], { timeout: 20_000 })
      .toBe(true)
    const [{ last }] = await query('SELECT max(id) AS last FROM deliveries')
    const name = 'API killed with -9, and Redis started again empty'
    const { lost, duplicates, recovered } = await fleet.through(EVENTS, async (arrived) => {
      await fleet.killApi()
      await arrived(0.5)
      await fleet.redis.restart()
    })
    table.push(`| ${name} | ${EVENTS} | ${lost} | ${duplicates} | ${recovered} ms |`)

    const rows = await query(`SELECT id, version FROM deliveries WHERE id > '${last}' ORDER BY id`)
    expect(rows).toHaveLength(EVENTS)
    const wrong = () => rows.filter(({ id, version }) => following.seen.get(id)?.join() !== upTo(version)).length
    await expect.poll(wrong, { timeout: 20_000 }).toBe(0)
    expect(following.gaps).toBe(0)
    await following.stop()
  }, 120_000)

  const upTo = (version: number) => Array.from({ length: version }, (_, n) => n + 1).join()

  /** Collects every delivery version that a subscriber receives. A disconnected subscriber resumes after its last cursor. */
  function follow({ url, api }: Fleet) {
    const seen = new Map<string, number[]>()
    const about = { seen, gaps: 0, stop: async () => {} }
    let cursor: string | undefined
    let over = false
    let watch: Watch
    const take = (
      updates: { deliveryUpdates: { cursor: string; gap: boolean; delivery: { id: string; version: number } } }[],
    ) => {
      for (const { deliveryUpdates } of updates.splice(0)) {
        const { id, version } = deliveryUpdates.delivery
        seen.set(id, [...(seen.get(id) ?? []), version])
        if (deliveryUpdates.gap) about.gaps++
        cursor = deliveryUpdates.cursor
      }
      return false
    }
    const run = async () => {
      while (!over) {
        const after = cursor === undefined ? '' : `(after: "${cursor}")`
        watch = watchSocket(
          url,
          api.key,
          `subscription { deliveryUpdates${after} { cursor gap delivery { id version } } }`,
        )
        void watch.until(take)
        await watch.untilEnded()
        take(watch.messages)
        await new Promise(setImmediate)
      }
    }
    const running = run()
    about.stop = async () => {
      over = true
      watch.stop()
      await running
    }
    return about
  }
})
