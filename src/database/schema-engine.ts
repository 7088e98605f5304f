import { randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { PrismaPg } from '@prisma/adapter-pg'
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils'
import type { DiffTarget, MigrationList, SchemaEngine } from '@prisma/schema-engine-wasm'
import pg from 'pg'
import { type ConnectionOptions, readConnection } from './connection.ts'

const schemaPath = path.join(import.meta.dirname, '../../prisma/schema.prisma')
const migrationsPath = path.join(import.meta.dirname, '../../prisma/migrations')

// Neither TypeScript's `esnext` nor Node's types declare it.
declare const WebAssembly: {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: Record<string, unknown> } }>
}

/** No table is left out of a comparison. */
export const everything = { externalTables: [], externalEnums: [] }

/**
 * Prisma's own migration engine, compiled to WebAssembly: the same statements, table and checksums as `prisma migrate`,
 * without the native binary that the CLI would download.
 */
export async function openSchemaEngine(
  server: ConnectionOptions | string,
): Promise<{ engine: SchemaEngine; close(): Promise<void> }> {
  const connection = typeof server === 'string' ? readConnection(server) : server
  loaded.schemaEngine ??= loadWasm()
  const { SchemaEngine } = await loaded.schemaEngine
  const pools: pg.Pool[] = []
  const factory: SqlMigrationAwareDriverAdapterFactory = {
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    connect: () => connectToCatalogs(connection, pools),
    async connectToShadowDb() {
      const name = `shadow_${randomUUID()}`
      const adapter = await connectToCatalogs(connection, pools)
      await adapter.executeScript(`CREATE DATABASE "${name}"`)
      const shadow = new URL(connection.connectionString!)
      shadow.pathname = name
      return connectToCatalogs({ ...connection, connectionString: shadow.href }, pools)
    },
  }
  const adapter = bindMigrationAwareSqlAdapterFactory(factory)
  const schema = await readFile(schemaPath, 'utf8')
  const engine = await SchemaEngine.new({ datamodels: [[schemaPath, schema]] }, () => {}, adapter)
  return {
    engine,
    async close() {
      for (const pool of pools) await pool.end()
    },
  }
}

/** The committed migrations, oldest first. */
export async function readMigrations(): Promise<MigrationList> {
  const entries = await readdir(migrationsPath, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  const read = async (name: string) => {
    const content = await readFile(path.join(migrationsPath, name, 'migration.sql'), 'utf8')
    return { path: name, migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value: content } } }
  }
  return {
    baseDir: migrationsPath,
    lockfile: {
      path: 'migration_lock.toml',
      content: await readFile(path.join(migrationsPath, 'migration_lock.toml'), 'utf8'),
    },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(names.sort().map(read)),
  }
}

/** The SQL that takes the committed migrations to the model; empty when they agree. */
export async function diffMigrationsToModel(engine: SchemaEngine): Promise<string> {
  const migrations: DiffTarget = { tag: 'migrations', ...(await readMigrations()) }
  const content = await readFile(schemaPath, 'utf8')
  const model: DiffTarget = { tag: 'schemaDatamodel', files: [{ path: schemaPath, content }] }
  const result = await engine.diff({ from: migrations, to: model, script: true, exitCode: null, filters: everything })
  const sql = result.stdout ?? ''
  return sql.includes('empty migration') ? '' : sql
}

/**
 * The engine reads PostgreSQL's catalogs, whose internal type "char" the adapter refuses. Such a column is passed
 * through it as money, which no catalog has, and named a character on the other side.
 */
async function connectToCatalogs(connection: ConnectionOptions, pools: pg.Pool[]): Promise<SqlDriverAdapter> {
  const pool = new pg.Pool(connection)
  // A server that is stopped right after may hear of it before it has read that a connection ended.
  pool.on('error', () => {})
  pools.push(pool)
  const query: (...args: unknown[]) => Promise<pg.QueryResult> = pool.query.bind(pool) as never
  pool.query = (async (...args: unknown[]) => {
    const result = await query(...args)
    const { CHAR, MONEY } = pg.types.builtins
    for (const field of result.fields ?? []) if (field.dataTypeID === CHAR) field.dataTypeID = MONEY
    return result
  }) as never
  const { schema } = connection
  const adapter: SqlDriverAdapter = await new PrismaPg(pool, schema === undefined ? {} : { schema }).connect()
  // The adapter would cut a script at every semicolon, also of a comment or a body. As a whole it is one transaction besides.
  adapter.executeScript = async (script) => void (await query(script))
  const queryRaw = adapter.queryRaw.bind(adapter)
  adapter.queryRaw = async (params) => {
    const result = await queryRaw(params)
    const { Numeric, Character } = ColumnTypeEnum
    return { ...result, columnTypes: result.columnTypes.map((type) => (type === Numeric ? Character : type)) }
  }
  return adapter
}

/** Loaded once in a process: a second instance would take the place of the first one under its open engines. */
const loaded = globalThis as { schemaEngine?: ReturnType<typeof loadWasm> }

async function loadWasm(): Promise<typeof import('@prisma/schema-engine-wasm')> {
  // The package is written for bundlers. Node has to instantiate the module itself, with its JavaScript half as imports.
  // Where the engine leaves the message of a panic.
  Object.assign(globalThis, {
    PRISMA_WASM_PANIC_REGISTRY: { set_message: (message: string) => console.error(message) },
  })
  const folder = path.dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm'))
  const glue = await import(path.join(folder, 'schema_engine_bg.js'))
  const bytes = await readFile(path.join(folder, 'schema_engine_bg.wasm'))
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': glue })
  glue.__wbg_set_wasm(instance.exports)
  ;(instance.exports.__wbindgen_start as () => void)()
  return glue
}
