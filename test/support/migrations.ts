import type pg from 'pg'
import { readMigrations } from '../../src/database/schema-engine.ts'

/** Empties a database and migrates it anew. @param before what an older version has stored before the migration of that name */
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
