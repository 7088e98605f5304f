import { formatSeconds } from '../../graph/format.ts'
import type { OperatorQuery } from '../../graph/operations.ts'
import { texts } from '../../texts.ts'
import { Panel } from '../../ui/panel.tsx'
import { Tile } from '../../ui/tile.tsx'

const words = texts.operator
const { tiles, queueTiles } = words
type Overview = OperatorQuery['operatorOverview']
/** Seconds for which a delivery may be due before the queue counts as behind. */
const BEHIND_SECONDS = 60

const count = (value: number) => value.toLocaleString()
const toneOf = (isBad: boolean) => (isBad ? ('bad' as const) : undefined)

export function QueueTiles({ queue }: { queue: Overview['queue'] }) {
  const { oldestDueSeconds: oldest } = queue
  return (
    <Panel title={words.queue}>
      <div className="tiles">
        <Tile
          title={queueTiles.oldest}
          value={oldest === null ? '–' : formatSeconds(oldest)}
          tone={toneOf(oldest !== null && oldest > BEHIND_SECONDS)}
        />
        <Tile title={queueTiles.pending} value={texts.total(queue.pending)} />
        <Tile title={queueTiles.retrying} value={texts.total(queue.retrying)} />
        <Tile title={queueTiles.due} value={texts.total(queue.due)} />
        <Tile title={queueTiles.later} value={texts.total(queue.later)} />
        <Tile title={queueTiles.inFlight} value={texts.total(queue.inFlight)} />
        <Tile title={queueTiles.held} value={texts.total(queue.held)} />
      </div>
    </Panel>
  )
}

/** Figures of webhooks and of API keys since midnight UTC. */
export function TodayTiles({ day, tiers }: Pick<Overview, 'day' | 'tiers'>) {
  const sum = (of: (tier: Overview['tiers'][number]) => number) => tiers.reduce((total, tier) => total + of(tier), 0)
  const mean = day.meanRetries?.toLocaleString(undefined, { maximumFractionDigits: 2 })
  return (
    <Panel title={words.today}>
      <div className="tiles">
        <Tile title={tiles.created} value={count(day.created)} />
        <Tile title={tiles.delivered} value={count(day.delivered)} />
        <Tile title={tiles.failed} value={count(day.failedAttempts)} />
        <Tile title={tiles.dead} value={count(day.dead)} tone={toneOf(day.dead > 0)} />
        <Tile title={tiles.retries} value={mean ?? '–'} />
        <Tile title={tiles.requests} value={count(sum(({ requestsToday }) => requestsToday))} />
        <Tile title={tiles.consumers} value={count(sum(({ consumersToday }) => consumersToday))} />
        <Tile title={tiles.limits} value={count(sum(({ limitHitsToday }) => limitHitsToday))} />
      </div>
    </Panel>
  )
}
