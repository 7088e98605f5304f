import path from 'node:path'
import { defineConfig } from 'vite'
import { splitOperations } from './split-operations.ts'

export default defineConfig({
  root: import.meta.dirname,
  base: '/dashboard/',
  logLevel: 'warn',
  clearScreen: false,
  plugins: [splitOperations()],
  build: {
    outDir: path.join(import.meta.dirname, 'dist'),
    emptyOutDir: true,
    // For scripts/dashboard-size.ts, which must know the imports of each chunk.
    manifest: true,
    // The policy of the page allows no inline script.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    // A busy machine is no fault of a plugin.
    rolldownOptions: { checks: { pluginTimings: false } },
  },
})
