import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { logChanges } from '../../../src/bus/delivery-log.ts'
import { LOCKS } from '../../../src/database/locks.ts'
import { countCreated } from '../../../src/domain/deliveries/count-deliveries.ts'
import { patternsOf } from '../../../src/domain/event-types/patterns.ts'
import { deliveryId, HELD_REASON, INDEXED, register } from '../../../src/domain/events/fan-out.ts'
import { DUE_CHANNEL } from '../../../src/domain/events/notify-channel.ts'
import { ENDPOINT_DISABLED_TYPE } from '../../../src/domain/events/system-events.ts'

const root = path.join(import.meta.dirname, '../../..')
const files = globSync('prisma/functions/*.sql', { cwd: root })
const migrations = globSync('prisma/migrations/*/migration.sql', { cwd: root })
const read = (file: string) => readFileSync(path.join(root, file), 'utf8')

describe('SQL functions', () => {
  test.each(files)('%s is part of exactly one migration, word for word', (file) => {
    expect(migrations.filter((migration) => read(migration).includes(read(file)))).toHaveLength(1)
  })

  test('every function that a migration creates has a file named after it, with its version', () => {
    const created = migrations.flatMap((migration) =>
      [...read(migration).matchAll(/CREATE (?:OR REPLACE )?FUNCTION "?(\w+)/g)].map(([, name]) => name!),
    )
    expect(created.toSorted()).toEqual(files.map((file) => path.basename(file, '.sql')).toSorted())
    for (const name of created) expect(name).toMatch(/_v\d+$/)
  })

  // A function cannot import, so its text repeats rules of the code.
  test.each([
    ['claim_deliveries_v2', `pg_advisory_xact_lock(${LOCKS.claim})`],
    ['claim_stream_v1', `pg_advisory_xact_lock(${LOCKS.stream}, hashtext(endpoint))`],
    ...['record_results_v2', 'record_results_v3'].flatMap((name) => [
      [name, `pg_notify('${DUE_CHANNEL}', '')`],
      [name, `ARRAY['${patternsOf(ENDPOINT_DISABLED_TYPE).slice(1).toReversed().join("', '")}']`],
      [name, `'type', '${ENDPOINT_DISABLED_TYPE}'`],
      [name, deliveryId('substr(v.id, 5, 10)', 'v.id', 'e.id')],
      [name, register('fanned', INDEXED)],
      [name, countCreated('fanned')],
      [name, logChanges('counted', true)],
    ]),
    ['store_events_v1', `pg_notify('${DUE_CHANNEL}', '')`],
    ['store_events_v1', `'${HELD_REASON}'`],
    ['store_events_v1', deliveryId('delivery_id_time', 's.id', 'w.endpoint_id')],
    ['store_events_v1', register('made', INDEXED)],
    ['store_events_v1', logChanges('counted').replace('FROM changed', 'FROM made')],
    ['store_events_v2', `pg_notify('${DUE_CHANNEL}', '')`],
    ['store_events_v2', `'${HELD_REASON}'`],
    ['store_events_v2', deliveryId('delivery_id_time', 's.id', 'w.endpoint_id')],
    ['store_events_v2', register('made', INDEXED)],
    ['store_events_v2', logChanges('counted').replace('FROM changed', 'FROM made')],
    ['store_events_v3', `pg_notify('${DUE_CHANNEL}', '')`],
    ['store_events_v3', `'${HELD_REASON}'`],
    ['store_events_v3', deliveryId('delivery_id_time', 's.id', 'w.endpoint_id')],
    ['store_events_v3', register('made')],
    ['store_events_v3', logChanges('counted').replace('FROM changed', 'FROM made')],
  ])('%s holds the rule of the code: %#', (name, rule) => {
    const plain = (sql: string) => sql.replaceAll(/--.*/g, '').replaceAll(/\s+/g, ' ').trim()
    expect(plain(read(`prisma/functions/${name}.sql`))).toContain(plain(rule))
  })
})
