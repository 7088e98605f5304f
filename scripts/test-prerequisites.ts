// Runs before npm test: installs what the tests need and the machine lacks, where it can, and says so in one line.
import { spawnSync } from 'node:child_process'

const has = (command: string) => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0

if (!has('redis-server')) {
  const canInstall = process.getuid?.() === 0 && has('apt-get')
  if (canInstall) {
    console.log('Installing redis-server, which the tests need.')
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    const apt = (...words: string[]) =>
      spawnSync('apt-get', ['-qq', '-y', ...words], { env: environment, stdio: 'pipe' })
    apt('update')
    apt('install', '--no-install-recommends', 'redis-server')
  }
  if (!has('redis-server')) {
    console.error('The tests need a redis-server on the PATH and could not install one: install it and try again.')
    process.exit(1)
  }
}
