import { defineConfig } from 'prisma/config'

// Prisma's CLI insists on a schema engine binary that it would download. `generate` and `validate` never run it, and
// migrations are written and applied through the WebAssembly engine (src/database/migrate.ts), so any existing file will do.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath

export default defineConfig({ schema: 'prisma/schema.prisma', migrations: { path: 'prisma/migrations' } })
