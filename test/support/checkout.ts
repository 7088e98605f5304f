import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const root = path.join(import.meta.dirname, '../..')
/** Files that a running installation needs, without a build of the dashboard. */
const PARTS = [
  ...[
    'src',
    'schema',
    'worker',
    'prisma',
    'persisted-operations',
    'scripts',
    'package.json',
    'package-lock.json',
    'prisma.config.ts',
    'tsconfig.json',
  ],
  ...['src', 'public', 'index.html', 'package.json', 'split-operations.ts', 'tsconfig.json', 'vite.config.ts'].map(
    (part) => `dashboard/${part}`,
  ),
]

/**
 * A copy of this checkout in which the dashboard was never built.
 *
 * @param options.production true gives the copy only the packages of `npm ci --omit=dev`
 */
export function copyCheckout(options: { production?: boolean } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'signalbox-checkout-'))
  for (const part of PARTS) cpSync(path.join(root, part), path.join(folder, part), { recursive: true })
  if (options.production) copyPackages(folder)
  else symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'))
  return {
    folder,
    main: path.join(folder, 'src/main.ts'),
    remove: async () => rmSync(folder, { recursive: true, force: true }),
  }
}

function copyPackages(folder: string): void {
  const { packages } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; link?: boolean }>
  }
  const production = Object.entries(packages)
    .filter(([name, { dev, link }]) => /^node_modules\/(@[^/]+\/)?[^/]+$/.test(name) && !dev && !link)
    .map(([name]) => name)
    .filter((name) => existsSync(path.join(root, name)))
  for (const scope of new Set(production.map((name) => path.dirname(name)))) {
    mkdirSync(path.join(folder, scope), { recursive: true })
    const sources = production.filter((name) => path.dirname(name) === scope).map((name) => path.join(root, name))
    // Links to the files where both folders are on one disk, which takes a second instead of ten.
    const { status } = spawnSync('cp', ['-al', ...sources, path.join(folder, scope)])
    if (status !== 0) spawnSync('cp', ['-a', ...sources, path.join(folder, scope)])
  }
}
