import type pg from 'pg'
import { readMigrations } from '../../src/database/schema-engine.ts'

/** Empties a database and applies all migrations. @param before runs before the named migration, to store rows of an older version */
export async function migrateAnew(pool: pg.Pool, name: string, before: () => Promise<unknown>): Promise<void> {
  await pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public')
  const { migrationDirectories } = await readMigrations()
  if (!migrationDirectories.some(({ path }) => path === name)) throw new Error(`There is no migration ${name}.`)
  for (const { path, migrationFile } of migrationDirectories) {
    if (path === name) await before()
    if (migrationFile.content.tag !== 'ok') throw new Error(`${path} cannot be read.`)
    await pool.query(migrationFile.content.value)
  }
}
