import { expect, test } from 'vitest'
import { PREDICATE_CONDITIONS } from '../../src/domain/endpoints/predicate-input.ts'
import { startApp } from '../support/app.ts'

/** So many that a fast machine takes longer than the time of a request. */
const ENDPOINTS = 900

test('a publish of many events to many predicates is refused past the time of a request, and others are served', async () => {
  const app = await startApp()
  const tenant = await app.tenant()
  await tenant.createType('order.made')
  const leaf = (value: number) => ({ equals: { path: ['data', 'a', 'b', 'c', 'd'], value } })
  const or = Array.from({ length: PREDICATE_CONDITIONS - 1 }, (_, n) => leaf(n))
  for (let n = 0; n < ENDPOINTS; n++) await tenant.createEndpoint('http://127.0.0.1:9/', { predicate: { or } })
  const events = Array.from({ length: 500 }, () => ({ type: 'order.made', data: { a: { b: { c: { d: -1 } } } } }))
  const refused = tenant.publishMany(events)
  const other = await app.tenant()
  await other.createType('order.made')
  expect(await other.publish('order.made')).toMatch(/^evt_/)
  await expect(refused).rejects.toThrow(/input\.events\.\d+: comes after events that took 1000 ms to check/)
  const { rows } = await app.database.pool.query('SELECT FROM events WHERE organization_id = $1', [
    tenant.organizationId,
  ])
  expect(rows).toEqual([])
  expect(await tenant.publishMany(events.slice(0, 5))).toHaveLength(5)
  await app.stop()
})
