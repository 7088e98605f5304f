import { formatDuration, formatShare } from '../../graph/format.ts'
import type { EndpointQuery } from '../../graph/operations.ts'
import { texts } from '../../texts.ts'
import { Tile } from '../../ui/tile.tsx'

const words = texts.endpoints.stats

export function EndpointStats({ stats }: { stats: EndpointQuery['deliveryStats'] }) {
  return (
    <div className="tiles">
      <Tile title={words.total} value={stats.total.toLocaleString()} />
      <Tile title={words.success} value={formatShare(stats.successRate)} />
      <Tile title={words.waiting} value={(stats.pending + stats.retrying).toLocaleString()} />
      <Tile title={words.held} value={stats.held.toLocaleString()} />
      <Tile title={words.dead} value={stats.dead.toLocaleString()} tone={stats.dead > 0 ? 'bad' : undefined} />
      <Tile title={words.p95} value={formatDuration(stats.p95Duration)} />
    </div>
  )
}
