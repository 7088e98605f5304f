import { setTimeout as delay } from 'node:timers/promises'
import { writeFileSync } from 'node:fs'
import { createRedisBus } from '../src/bus/redis-bus.ts'
import { createPool } from '../src/database/client.ts'
import { createLog } from '../src/lib/log.ts'
import { createFeed } from './support/feed.ts'
import { fill } from './support/fill.ts'
import { openLivePage } from './support/live-page.ts'
import { addPeople } from './support/people.ts'
import { createEndpoints } from './support/publish.ts'
import { startServices, startSignalbox } from './support/services.ts'
const services = await startServices()
const signalbox = await startSignalbox(services, { workers: 0 })
const bus = createRedisBus({ url: services.redisUrl, log: createLog({ level: 'warn' }) })
const pool = createPool({ connectionString: services.databaseUrl, max: 2 })
const { types, endpointIds } = await createEndpoints(signalbox.client, 1, () => 'http://127.0.0.1:9/hook')
await fill(pool, 1000, types, endpointIds)
await addPeople(services.pool, { count: 1 })
const { rows } = await services.pool.query('SELECT id FROM organizations ORDER BY id LIMIT 1')
const feed = createFeed(pool, bus, [rows[0].id])
const view = await openLivePage(signalbox.url, 'person1@example.com')
const { page } = view
await page.evaluate(() => {
  const s = { frames: 0, gaps: [] as number[], last: performance.now() }
  Object.assign(window, { s })
  const f = (t: number) => { s.frames++; s.gaps.push(t - s.last); s.last = t; requestAnimationFrame(f) }
  requestAnimationFrame(f)
})
const devtools = await page.context().newCDPSession(page)
const { cpus } = await import('node:os'); void cpus
const t0 = performance.now()
feed.start(2000)
await delay(4000)
await devtools.send('Profiler.enable')
await devtools.send('Profiler.start')
await delay(5000)
const { profile } = await devtools.send('Profiler.stop')
writeFileSync('/tmp/live.cpuprofile', JSON.stringify(profile))
const self = new Map<string, number>()
const byId = new Map(profile.nodes.map((n) => [n.id, n]))
profile.samples!.forEach((id, i) => { const n = byId.get(id)!; const k = `${n.callFrame.functionName} ${n.callFrame.url.split('/').pop()}:${n.callFrame.lineNumber}:${n.callFrame.columnNumber}`; self.set(k, (self.get(k) ?? 0) + profile.timeDeltas![i]!) })
console.log([...self].sort((a, b) => b[1] - a[1]).slice(0, 25).map(([k, v]) => `${(v / 1000).toFixed(0)} ms ${k}`).join('\n'))
console.log('rate', feed.appended() / ((performance.now() - t0) / 1000))
console.log(await page.evaluate(() => { const s = (window as any).s; const g = s.gaps.slice(-100).sort((a: number, b: number) => a - b); return { frames: s.frames, p50: g[50], p95: g[95] } }))
console.log('first row', await page.getByRole('row').nth(1).innerText(), feed.newest(33))
await feed.stop()
await delay(2000)
console.log('first row', await page.getByRole('row').nth(1).innerText(), feed.newest(33))
await view.stop(); await bus.stop(); await pool.end(); await signalbox.stop(); await services.stop()
process.exit(0)
