import { readdirSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { describe, expect, inject, test } from 'vitest'
import { migrate } from '../../../src/database/migrate.ts'

const committed = readdirSync(path.join(import.meta.dirname, '../../../prisma/migrations'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)

describe('migration', () => {
  test('processes that start together migrate once and record the same rows as prisma migrate deploy', async () => {
    const admin = new pg.Client({ connectionString: inject('postgresUrl') })
    await admin.connect()
    await admin.query('CREATE DATABASE migrate_test')
    const url = new URL(inject('postgresUrl'))
    url.pathname = 'migrate_test'
    const applied = await Promise.all([migrate(url.href), migrate(url.href), migrate(url.href)])
    expect(applied.flat()).toEqual(committed)
    const client = new pg.Client({ connectionString: url.href })
    await client.connect()
    const { rows } = await client.query(
      'SELECT migration_name, checksum, finished_at, applied_steps_count FROM _prisma_migrations',
    )
    expect(rows).toEqual(
      committed.map((name) => ({
        migration_name: name,
        checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
        finished_at: expect.any(Date),
        applied_steps_count: 1,
      })),
    )
    await client.end()
    await admin.query('DROP DATABASE migrate_test WITH (FORCE)')
    await admin.end()
  })

  test('a database with an encoding other than UTF8 is rejected before any change', async () => {
    const admin = new pg.Client({ connectionString: inject('postgresUrl') })
    await admin.connect()
    await admin.query("CREATE DATABASE latin_test TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    const url = new URL(inject('postgresUrl'))
    url.pathname = 'latin_test'
    await expect(migrate(url.href)).rejects.toThrow(
      "The database has the encoding LATIN1. Make one with CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8', and set DATABASE_URL to it.",
    )
    await admin.query('DROP DATABASE latin_test WITH (FORCE)')
    await admin.end()
  })
})
