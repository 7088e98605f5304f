// Publishing over HTTP, beside a bare Yoga mutation with the same body, and in batches beside one by one.
import { type Figures, round } from './support/figures.ts'
import { load, startBareYoga } from './support/load.ts'
import { createEndpoints, data, MANY, ONE } from './support/publish.ts'
import { type Services, startSignalbox } from './support/services.ts'

const CONNECTIONS = 64
const REQUESTS = 6_000
const BATCH = 100
/** Some seconds. Of few, the beginning, when all are read and none is stored, and the end would be a good part. */
const BATCHES = 1_200

const isStored = (answer: string) => answer.includes('"evt_')

export async function publish(services: Services, options: { rounds: number }): Promise<Figures> {
  const bare = await startBareYoga()
  // Publishing only: no worker takes what is stored.
  const signalbox = await startSignalbox(services, { workers: 0 })
  const { types } = await createEndpoints(signalbox.client, 1, () => 'http://127.0.0.1:9/hook')
  const [type] = types
  const body = (n: number) => JSON.stringify({ query: ONE, variables: { input: { type, data: data(n) } } })
  const bodies = Array.from({ length: 1_000 }, (_, n) => body(n))
  const batches = Array.from({ length: BATCHES }, (_, n) => {
    const events = Array.from({ length: BATCH }, (_, m) => ({ type, data: data(n * BATCH + m) }))
    return JSON.stringify({ query: MANY, variables: { input: { events } } })
  })
  const rows = { single: [] as number[], batch: [] as number[] }
  let stored = 0
  try {
    for (let n = 0; n <= options.rounds; n++) {
      const { perSecond: yoga } = await load(bare.url, bodies, REQUESTS, CONNECTIONS, isStored)
      const { perSecond: ours } = await load(signalbox.url, bodies, REQUESTS, CONNECTIONS, isStored)
      const { perSecond } = await load(signalbox.url, batches, BATCHES, CONNECTIONS, isStored)
      const many = BATCH * perSecond
      stored += REQUESTS + BATCHES * BATCH
      await check(services, stored)
      console.error(`round ${n}: ours ${round(ours)}/s, bare ${round(yoga)}/s, in batches ${round(many)} events/s`)
      if (n === 0) continue
      rows.single.push(ours / yoga)
      rows.batch.push(many / ours)
    }
  } finally {
    bare.stop()
    await signalbox.stop()
  }
  return {
    benchmark: 'publish',
    rows: [
      { name: 'bare Yoga', values: rows.single, target: { atLeast: 0.5 } },
      { name: `eventPublishMany(${BATCH}) to eventPublish`, values: rows.batch, target: { atLeast: 8 } },
    ],
  }
}

/** Every acknowledged event is stored with its delivery. */
async function check(services: Services, count: number): Promise<void> {
  const { rows } = await services.pool.query(
    'SELECT count(*)::int AS events, count(d.id)::int AS deliveries FROM events v LEFT JOIN deliveries d ON d.event_id = v.id',
  )
  const [{ events, deliveries }] = rows
  if (events !== count || deliveries !== count)
    throw new Error(`${count} were acknowledged, but ${events} events and ${deliveries} deliveries are stored.`)
}
