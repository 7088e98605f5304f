// A process that blocks its event loop for the seconds of its argument, with the watchdog of one second.
import { startWatchdog } from '../../src/lib/watchdog.ts'

startWatchdog(1)
process.on('SIGTERM', () => process.exit(0))
// Keeps the process alive after the block.
setInterval(() => {}, 1_000)
process.stdout.write('started\n')
const seconds = Number(process.argv[2])
setTimeout(() => {
  const end = performance.now() + seconds * 1000
  while (performance.now() < end);
}, 100)
