import { randomInt } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Fleet, startFleet } from '../support/fleet.ts'

// W12, W13: what the fleet stands on is taken away under load. Nothing acknowledged is lost, nothing stays stuck.
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
      '| fault | events | lost | sent twice, and why | until deliveries go on |',
      '| --- | ---: | ---: | --- | ---: |',
      ...table,
    ].join('\n'),
  )
})

type Fault = Parameters<Fleet['through']>[1]

function happens(name: string, events: number, why: string, fault: Fault): void {
  test(name, { timeout: 240_000 }, async () => {
    const { lost, duplicates, recovered } = await fleet.through(events, fault)
    table.push(
      `| ${name} | ${events} | ${lost} | ${duplicates === 0 ? 0 : `${duplicates}: ${why}`} | ${recovered} ms |`,
    )
    expect(lost).toBe(0)
    if (why === '') expect(duplicates).toBe(0)
  })
}

happens(
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

happens(
  'two of three workers paused past their lease, and woken',
  EVENTS,
  'in flight in a paused worker, so another took over',
  async () => {
    const paused = fleet.workers.slice(0, 2)
    const taken = () => fleet.workers[2]!.output().split('Took over').length
    const before = taken()
    for (const { child } of paused) child.kill('SIGSTOP')
    await expect.poll(taken, { timeout: 30_000 }).toBeGreaterThan(before)
    for (const { child } of paused) child.kill('SIGCONT')
  },
)

happens('PostgreSQL stopped and started', EVENTS, 'sent, and not recorded before its lease ran out', async () => {
  await fleet.postgres.stop()
  await fleet.postgres.start()
})

happens(
  'PostgreSQL killed with -9 and started',
  EVENTS,
  'sent, and not recorded before its lease ran out',
  async () => {
    fleet.postgres.kill()
    await fleet.postgres.start()
  },
)

happens('every connection to PostgreSQL cut', EVENTS, 'its settling was cut off', async () => {
  await fleet.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IS NOT NULL',
  )
})

happens('Redis killed, and started again empty', EVENTS, '', async (arrived) => {
  await fleet.redis.kill()
  await arrived(0.4)
  await fleet.redis.restart()
})
