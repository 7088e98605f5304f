import { createRequire } from 'node:module'
import { defineConfig } from 'vitest/config'
import { hasChromium, hasPgBouncer, hasPostgres15, ON_POSTGRES_15 } from './test/support/installed.ts'

const graphql = createRequire(import.meta.url).resolve('graphql')

/** PostgreSQL and Redis for the projects that need them; unit tests start neither. */
const services = { globalSetup: 'test/support/global-setup.ts', hookTimeout: 60_000 }

/** Folders whose tests run the hand-written statements: they run on PostgreSQL 15 as well. */
const STATEMENTS = ['database', 'worker', 'events', 'deliveries', 'streams', 'replays', 'usage'].map(
  (folder) => `test/integration/${folder}/**/*.test.ts`,
)
/** `transaction_timeout` came with PostgreSQL 17. Before, TCP keepalives end a claim whose network is cut. */
const NEEDS_TRANSACTION_TIMEOUT = 'test/integration/worker/claim-lock.test.ts'
const BEHIND_PGBOUNCER = 'test/integration/connections/pgbouncer.test.ts'

export default defineConfig({
  // Libraries load the `graphql` that Node resolves. The code under test must share that copy.
  resolve: { alias: [{ find: /^graphql$/, replacement: graphql }] },
  test: {
    pool: 'forks',
    maxWorkers: 2,
    // A waiting test fails with its own message before its timeout, and not because a machine is busy.
    testTimeout: 30_000,
    expect: { poll: { timeout: 15_000 } },
    teardownTimeout: 20_000,
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          // Runs where `npm test` could install both; its first lines say when it could not.
          exclude: hasPostgres15 && hasPgBouncer ? [] : [BEHIND_PGBOUNCER],
          ...services,
        },
      },
      ...(hasPostgres15
        ? [
            {
              extends: true as const,
              test: { name: ON_POSTGRES_15, include: STATEMENTS, exclude: [NEEDS_TRANSACTION_TIMEOUT], ...services },
            },
          ]
        : []),
      // Runs where `npm test` could install Chromium; its first lines say when it could not.
      ...(hasChromium
        ? [
            {
              extends: true as const,
              test: { name: 'browser', include: ['test/browser/**/*.test.ts'], ...services, testTimeout: 90_000 },
            },
          ]
        : []),
      { extends: true, test: { name: 'faults', include: ['test/faults/**/*.test.ts'], ...services } },
    ],
  },
})
