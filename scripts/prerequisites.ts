// Runs before npm test and npm run bench: installs what they need and the machine lacks, where it can, and says so in one line.
import { spawnSync } from 'node:child_process'

/** Commands, and the Debian packages that bring them. */
const PACKAGES: Record<string, string> = { 'redis-server': 'redis-server', nginx: 'nginx-light' }
const has = (command: string) => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0

for (const command of process.argv.slice(2)) {
  if (has(command)) continue
  if (process.getuid?.() === 0 && has('apt-get')) {
    console.log(`Installing ${PACKAGES[command]}, which is needed here.`)
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    const apt = (...words: string[]) =>
      spawnSync('apt-get', ['-qq', '-y', ...words], { env: environment, stdio: 'pipe' })
    apt('update')
    apt('install', '--no-install-recommends', PACKAGES[command] ?? command)
  }
  if (has(command)) continue
  console.error(`${command} is needed on the PATH and could not be installed: install it and try again.`)
  process.exit(1)
}
