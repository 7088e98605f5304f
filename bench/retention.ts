// What removing old events at full load costs the deliveries.
import { drain } from './delivery.ts'
import { type Figures, round } from './support/figures.ts'
import { fill } from './support/fill.ts'
import { startNginx } from './support/nginx.ts'
import { createEndpoints, publishMany } from './support/publish.ts'
import { type Services, startSignalbox } from './support/services.ts'

const EVENTS = 20_000
const OLD_EVENTS = 300_000
const ENDPOINTS = 20

export async function retention(services: Services, options: { rounds: number }): Promise<Figures> {
  const receiver = await startNginx()
  const plain = await startSignalbox(services, { env: { RETENTION_DAYS: '0' } })
  const { types, endpointIds } = await createEndpoints(plain.client, ENDPOINTS, () => `${receiver.url}/hook`)
  await fill(services.pool, OLD_EVENTS, types, endpointIds)
  const removing = await startSignalbox(services, { env: { RETENTION_DAYS: '1' } })
  removing.pause()
  const ratios: number[] = []
  const removed: number[] = []
  const old = async () => {
    const { rows } = await services.pool.query("SELECT count(*)::int AS count FROM events WHERE id < 'evt_01'")
    return rows[0].count as number
  }
  try {
    for (let n = 0; n <= options.rounds; n++) {
      const rates: number[] = []
      const before = await old()
      for (const signalbox of [plain, removing]) {
        plain.pause()
        await publishMany(plain.client, types, EVENTS)
        rates.push(await drain(services, signalbox, EVENTS))
        signalbox.pause()
      }
      const gone = before - (await old())
      console.error(`round ${n}: ${round(rates[0]!)}/s, ${round(rates[1]!)}/s while ${gone} events were removed`)
      if (gone === 0) throw new Error('Nothing was removed meanwhile.')
      if (n === 0) continue
      ratios.push(rates[1]! / rates[0]!)
      removed.push(gone)
    }
  } finally {
    await Promise.all([plain.stop(), removing.stop()])
    await receiver.stop()
  }
  return {
    benchmark: 'retention',
    rows: [
      { name: 'deliveries a second while events are removed', values: ratios, target: { atLeast: 0.9 } },
      { name: 'events removed meanwhile', values: removed },
    ],
  }
}
