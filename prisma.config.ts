import { defineConfig } from 'prisma/config'

// Prisma's CLI downloads a schema engine unless a binary is named. Any existing file will do: `generate` and `validate` never run it,
// scripts/migration.ts writes migrations with the WebAssembly engine, and src/database/migrate.ts applies the committed SQL.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath

export default defineConfig({ schema: 'prisma/schema.prisma', migrations: { path: 'prisma/migrations' } })
