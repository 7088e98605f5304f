import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type pg from 'pg'

const MIGRATIONS = path.join(import.meta.dirname, '../../prisma/migrations')

/** Empties a database and migrates it anew. @param before what an older version has stored before the migration of that name */
export async function migrateAnew(pool: pg.Pool, name: string, before: () => Promise<unknown>): Promise<void> {
  await pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public')
  const folders = (await readdir(MIGRATIONS, { withFileTypes: true })).filter((entry) => entry.isDirectory())
  if (!folders.some((folder) => folder.name === name)) throw new Error(`There is no migration ${name}.`)
  for (const folder of folders.toSorted((a, b) => a.name.localeCompare(b.name))) {
    if (folder.name === name) await before()
    await pool.query(await readFile(path.join(MIGRATIONS, folder.name, 'migration.sql'), 'utf8'))
  }
}
