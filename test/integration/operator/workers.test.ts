import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createIds } from '../../../src/lib/ids.ts'
import { createHeartbeat } from '../../../worker/heartbeat.ts'
import { type App, silentLog, startApp } from '../../support/app.ts'
import { startReceiver } from '../../support/receiver.ts'

// Heartbeats of workers as the operator reads them, on a test clock.
let app: App
const receiver = await startReceiver()
beforeAll(async () => {
  app = await startApp()
})
beforeEach(() => app.database.pool.query('DELETE FROM workers'))
afterAll(async () => {
  await app.stop()
  await receiver.stop()
})

const createBeats = (inFlight = 0) =>
  createHeartbeat({
    ...{ pool: app.database.pool, clock: app.clock, makeId: createIds(app.clock), log: silentLog },
    ...{ mode: 'ALL', concurrency: 50, inFlight: () => inFlight },
  })

async function workers() {
  const fields = 'id status host version mode concurrency inFlight startedAt heartbeatAt stoppedAt'
  const overview = await app.host.ask(`{ operatorOverview { workers { ${fields} } } }`)
  return overview.workers as Record<string, unknown>[]
}

const at = () => app.clock.now().toISOString()

describe('heartbeat', () => {
  test('of two workers, the one that stopped is STOPPED and the other stays ALIVE', async () => {
    const [first, second] = [createBeats(3), createBeats()]
    const started = at()
    await first.beat()
    await second.beat()
    app.clock.advance(5)
    await first.beat()
    await second.stop()
    const [one, other] = (await workers()).toSorted((a, b) => String(a.status).localeCompare(String(b.status)))
    expect(one).toMatchObject({ status: 'ALIVE', mode: 'ALL', concurrency: 50, inFlight: 3, stoppedAt: null })
    expect(one).toMatchObject({
      startedAt: started,
      heartbeatAt: at(),
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    })
    expect(other).toMatchObject({ status: 'STOPPED', stoppedAt: at() })
  })

  test('a worker without a heartbeat for more than 30 seconds is LOST, and its row goes after a day', async () => {
    const [lost, alive] = [createBeats(), createBeats()]
    await lost.beat()
    const statuses = async () => (await workers()).map(({ status }) => status)
    app.clock.advance(30)
    await alive.beat()
    expect(await statuses()).toEqual(['ALIVE', 'ALIVE'])
    app.clock.advance(1)
    expect(await statuses()).toEqual(['ALIVE', 'LOST'])
    app.clock.advance(86_400)
    expect(await statuses()).toEqual(['LOST', 'LOST'])
    await alive.beat()
    expect(await statuses()).toEqual(['ALIVE'])
  })

  test('a heartbeat that fails is repeated, and a worker that never wrote one leaves no row', async () => {
    await createBeats().stop()
    expect(await workers()).toEqual([])
    const { pool } = app.database
    let queries = 0
    const query = async (...args: unknown[]) => {
      if (queries++ === 0) throw new Error('The database is away')
      return pool.query(...(args as [string]))
    }
    const beats = createHeartbeat({
      ...{ pool: { query } as never, clock: app.clock, makeId: createIds(app.clock), log: silentLog },
      ...{ mode: 'WORKER', concurrency: 1, inFlight: () => 0 },
    })
    beats.start()
    await beats.stop()
    expect(await workers()).toEqual([])
    await beats.beat()
    expect(await workers()).toMatchObject([{ mode: 'WORKER' }])
  })

  test('the heartbeat of a worker has its deliveries in flight, and a stop of the worker ends it', async () => {
    const own = await startApp({ databaseUrl: app.database.url, clock: app.clock })
    const tenant = await app.tenant()
    await tenant.createType('a.b')
    await tenant.createEndpoint(receiver.url)
    const { promise: arrived, resolve } = Promise.withResolvers<() => void>()
    receiver.respond((_request, response) => resolve(() => response.writeHead(204).end()))
    await tenant.publish('a.b')
    own.worker.nudge()
    const answer = await arrived
    await own.worker.beat()
    const listed = async () => (await app.host.ask('{ operatorOverview { workers { status inFlight } } }')).workers
    expect(await listed()).toEqual([{ status: 'ALIVE', inFlight: 1 }])
    answer()
    await own.stop()
    expect(await listed()).toEqual([{ status: 'STOPPED', inFlight: 0 }])
  })
})
