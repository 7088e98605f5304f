// Runs before npm test and npm run bench: installs what they need and the machine lacks, where it can, and says so in one line.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { hasPython, PGBOUNCER, POSTGRES_15 } from '../test/support/installed.ts'

interface Prerequisite {
  /** Package of Debian. */
  package: string
  isThere: () => boolean
  /** Tests that are left out without it, on a machine where nothing can be installed; undefined: nothing runs without it. */
  leavesOut?: string
}

const has = (command: string) => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0
const PREREQUISITES: Record<string, Prerequisite> = {
  'redis-server': { package: 'redis-server', isThere: () => has('redis-server') },
  nginx: { package: 'nginx-light', isThere: () => has('nginx') },
  'postgresql-15': {
    package: 'postgresql-15',
    isThere: () => existsSync(`${POSTGRES_15}/postgres`),
    leavesOut: 'the tests on PostgreSQL 15',
  },
  python3: { package: 'python3', isThere: () => hasPython, leavesOut: 'the tests of the listener in Python' },
  pgbouncer: { package: 'pgbouncer', isThere: () => existsSync(PGBOUNCER), leavesOut: 'the tests behind PgBouncer' },
}
const CLUSTER_SETTINGS = '/etc/postgresql-common/createcluster.conf'
const canInstall = process.getuid?.() === 0 && has('apt-get')

for (const name of process.argv.slice(2)) {
  const prerequisite = PREREQUISITES[name]!
  if (prerequisite.isThere()) continue
  if (canInstall) {
    console.log(`Installing ${prerequisite.package}, which is needed here.`)
    install(prerequisite.package)
  }
  if (prerequisite.isThere()) continue
  if (canInstall || prerequisite.leavesOut === undefined) {
    console.error(`${name} is needed and could not be installed: install it and try again.`)
    process.exit(1)
  }
  console.warn(`${name} is not installed: ${prerequisite.leavesOut} are left out.`)
}

/** Installs the files alone: no cluster is made, and no service is started. */
function install(name: string): void {
  if (!existsSync(CLUSTER_SETTINGS)) {
    mkdirSync('/etc/postgresql-common', { recursive: true })
    writeFileSync(CLUSTER_SETTINGS, 'create_main_cluster = false\n')
  }
  // Runlevel 1 is the one in which Debian's packages start nothing.
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  const apt = (...words: string[]) => spawnSync('apt-get', ['-qq', '-y', ...words], { env: environment, stdio: 'pipe' })
  apt('update')
  apt('install', '--no-install-recommends', name)
}
