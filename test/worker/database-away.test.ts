import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { type App, startApp } from '../support/app.ts'
import { startReceiver } from '../support/receiver.ts'

// Rule 5: every connection to PostgreSQL is cut while the worker works; it comes back by itself and loses nothing.
let app: App
const receiver = await startReceiver()
beforeAll(async () => {
  app = await startApp({ clock: { now: () => new Date(), forQueue: () => null }, leaseSeconds: 1 })
})
afterAll(async () => {
  await app.stop()
  await receiver.stop()
})

test('results wait for the database, and notifications are heard again', async () => {
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

  // A publish that fails meanwhile was not acknowledged; one that is answered arrives.
  const publish = async (): Promise<string> => tenant.publish('a.b').catch(publish)
  const ids = [await publish(), await publish()]
  const finished = async () => (await tenant.deliveries()).map(({ status }) => status)
  await expect.poll(finished, { timeout: 20_000 }).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED'])
  expect(receiver.requests.map(({ eventId }) => eventId)).toEqual(expect.arrayContaining(ids))
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
