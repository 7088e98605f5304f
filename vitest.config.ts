import { createRequire } from 'node:module'
import { defineConfig } from 'vitest/config'

const graphql = createRequire(import.meta.url).resolve('graphql')

export default defineConfig({
  // There must be one graphql: the libraries get the file that Node takes, so the code under test gets it too.
  resolve: { alias: [{ find: /^graphql$/, replacement: graphql }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/support/global-setup.ts',
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // A test that waits for something fails by its own message before this is reached.
    teardownTimeout: 20_000,
  },
})
