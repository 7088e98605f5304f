import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
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
import { type ConnectionOptions, readConnection } from '../src/database/connection.ts'
import { readMigrations } from '../src/database/migrate.ts'

const schemaPath = path.join(import.meta.dirname, '../prisma/schema.prisma')
const migrationsPath = path.join(import.meta.dirname, '../prisma/migrations')

// Neither TypeScript's `esnext` nor Node's types declare it.
declare const WebAssembly: {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: Record<string, unknown> } }>
}

/** Filters that leave no table out of a comparison. */
export const everything = { externalTables: [], externalEnums: [] }

/**
 * Prisma's own migration engine, compiled to WebAssembly: the same statements, table and checksums as `prisma migrate`,
 * without the native binary that the CLI would download. Only developers need it: a start applies the committed SQL.
 */
export async function openSchemaEngine(
  server: ConnectionOptions | string,
): Promise<{ engine: SchemaEngine; close(): Promise<void> }> {
  const connection = typeof server === 'string' ? readConnection(server) : server
  wasm ??= loadWasm()
  const { SchemaEngine } = await wasm
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

/** The committed migrations in the format of the engine. */
async function listMigrations(): Promise<MigrationList> {
  return {
    baseDir: migrationsPath,
    lockfile: {
      path: 'migration_lock.toml',
      content: await readFile(path.join(migrationsPath, 'migration_lock.toml'), 'utf8'),
    },
    shadowDbInitScript: '',
    migrationDirectories: (await readMigrations()).map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
    })),
  }
}

/** SQL that turns the schema of the committed migrations into the model; empty when both agree. */
export async function diffMigrationsToModel(engine: SchemaEngine): Promise<string> {
  const migrations: DiffTarget = { tag: 'migrations', ...(await listMigrations()) }
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
  // The server may stop before it notices the end of a connection.
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
  // The adapter splits scripts at every semicolon, even inside comments and function bodies.
  adapter.executeScript = async (script) => void (await query(script))
  const queryRaw = adapter.queryRaw.bind(adapter)
  adapter.queryRaw = async (params) => {
    const result = await queryRaw(params)
    const { Numeric, Character } = ColumnTypeEnum
    return { ...result, columnTypes: result.columnTypes.map((type) => (type === Numeric ? Character : type)) }
  }
  return adapter
}

/** Loaded once: a second instance would replace the first one under its open engines. */
let wasm: ReturnType<typeof loadWasm> | undefined

async function loadWasm(): Promise<typeof import('@prisma/schema-engine-wasm')> {
  // The package targets bundlers, so the module is instantiated here with its JavaScript half as imports.
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
