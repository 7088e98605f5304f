import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createLocalBus } from '../../src/bus/bus.ts'
import { createDatabase } from '../../src/database/client.ts'
import { readConnection } from '../../src/database/connection.ts'
import { createTargetPolicy } from '../../src/domain/endpoints/target-policy.ts'
import { createIds } from '../../src/lib/ids.ts'
import { createKeyring } from '../../src/lib/keyring.ts'
import type { Log } from '../../src/lib/log.ts'
import { createWorker } from '../../worker/worker.ts'
import { type App, silentLog, startApp } from '../support/app.ts'
import { startReceiver } from '../support/receiver.ts'

// Every connection to PostgreSQL is cut while the worker runs. The worker reconnects by itself and loses no delivery.
let app: App
const receiver = await startReceiver()
beforeAll(async () => {
  app = await startApp({ clock: { now: () => new Date(), forQueue: () => null }, leaseSeconds: 1 })
})
afterAll(async () => {
  await app.stop()
  await receiver.stop()
})

describe('database away', () => {
  test('results are kept and notifications are received again after all database connections are cut', async () => {
    const tenant = await app.tenant()
    await tenant.createType('a.b')
    await tenant.createEndpoint(receiver.url)
    app.worker.start()
    await tenant.publish('a.b')
    await receiver.arrived(1)

    const { promise: arrived, resolve } = Promise.withResolvers<() => void>()
    receiver.respond((_request, response) => resolve(() => response.writeHead(204).end()))
    await tenant.publish('a.b')
    const release = await arrived
    await cutConnections(new URL(app.database.url).pathname.slice(1))
    release()
    receiver.respond((_request, response) => response.writeHead(204).end())

    // A publish that fails meanwhile was not acknowledged and is repeated. An acknowledged event is delivered.
    const publish = async (): Promise<string> => tenant.publish('a.b').catch(publish)
    const ids = [await publish(), await publish()]
    const finished = async () => (await tenant.deliveries()).map(({ status }) => status)
    await expect.poll(finished, { timeout: 20_000 }).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED'])
    expect(receiver.requests.map(({ eventId }) => eventId)).toEqual(expect.arrayContaining(ids))
  })

  test('a worker polls an unreachable database once a second', async () => {
    const warnings: string[] = []
    const log = { ...silentLog, warn: (_fields: object, message: string) => warnings.push(message) } as unknown as Log
    const database = createDatabase({ pooled: readConnection('postgres://nobody@127.0.0.1:1/none') })
    const clock = { now: () => new Date(), forQueue: () => null }
    const worker = createWorker({
      ...{ database, clock, log, bus: createLocalBus(), makeId: createIds(clock) },
      ...{
        keyring: createKeyring([`test:${Buffer.alloc(32).toString('base64')}`]),
        targets: createTargetPolicy({ allowedNetworks: [] }),
      },
      options: { concurrency: 10, leaseSeconds: 60, shutdownSeconds: 1 },
    })
    worker.start()
    worker.nudge()
    const said = (part: string) => warnings.filter((message) => message.includes(part)).length
    await expect.poll(() => said('lost the database'), { timeout: 10_000 }).toBe(3)
    expect(said('Claim failed')).toBeGreaterThan(1)
    expect(said('Claim failed')).toBeLessThan(6)
    await worker.stop()
    await database.stop()
  })

  async function cutConnections(database: string): Promise<void> {
    const admin = new pg.Client({ connectionString: inject('postgresUrl') })
    await admin.connect()
    const { rows } = await admin.query(
      'SELECT pg_terminate_backend(pid) AS cut FROM pg_stat_activity WHERE datname = $1',
      [database],
    )
    expect(rows.length).toBeGreaterThan(1)
    await admin.end()
  }
})
