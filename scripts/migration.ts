// npm run migration -- NAME: writes the migration that turns the committed schema into prisma/schema.prisma, with the new files of
// prisma/functions. npm run migration -- --check: fails when they differ.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startEmbeddedPostgres } from '../src/database/embedded/postgres.ts'
import { readMigrations } from '../src/database/migrate.ts'
import { diffMigrationsToModel, openSchemaEngine } from './schema-engine.ts'

const [name] = process.argv.slice(2)
if (name === undefined) {
  console.error('Name the migration: npm run migration -- add_usage')
  process.exit(2)
}

/** Functions that no committed migration creates. A change of a committed function is a new version in a file of its own. */
async function newFunctions(): Promise<string[]> {
  const folder = path.join(import.meta.dirname, '../prisma/functions')
  const committed = (await readMigrations()).map(({ sql }) => sql).join('\n')
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort()
  const functions = await Promise.all(files.map((file) => readFile(path.join(folder, file), 'utf8')))
  return functions.filter((sql) => !committed.includes(sql))
}

const dataDir = await mkdtemp(path.join(tmpdir(), 'signalbox-migration-'))
const postgres = await startEmbeddedPostgres({ dataDir, durable: false })
try {
  const { engine, close } = await openSchemaEngine(postgres.adminUrl)
  const sql = [await diffMigrationsToModel(engine), ...(await newFunctions())].filter(Boolean).join('\n')
  await close()
  if (name === '--check') {
    if (sql !== '') {
      console.error(`Model and migrations differ. Write the missing migration: npm run migration -- NAME\n\n${sql}`)
      process.exitCode = 1
    } else console.log('Model and migrations agree.')
  } else if (sql === '') {
    console.log('Nothing to do: model and migrations agree.')
  } else {
    const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14)
    const folder = path.join(import.meta.dirname, '../prisma/migrations', `${stamp}_${name}`)
    await mkdir(folder, { recursive: true })
    await writeFile(path.join(folder, 'migration.sql'), sql)
    console.log(`Wrote ${path.relative(process.cwd(), folder)}/migration.sql. Read it before you commit it.`)
  }
} finally {
  await postgres.stop()
  await rm(dataDir, { recursive: true, force: true })
}
