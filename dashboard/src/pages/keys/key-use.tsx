import { lazy, Suspense, useMemo } from 'react'
import { formatDuration, formatShare } from '../../graph/format.ts'
import { type KeyUseQuery, keyUse } from '../../graph/operations.ts'
import type { NodeOf } from '../../graph/rows.ts'
import { useRead } from '../../graph/use-operation.ts'
import { texts } from '../../texts.ts'
import { Panel } from '../../ui/panel.tsx'
import { Answered, Empty, Loading } from '../../ui/states.tsx'
import { Tile } from '../../ui/tile.tsx'
import { useEvery } from '../../ui/use-every.ts'
import { Records } from '../usage/records.tsx'
import { linesOf } from '../usage/usage-lines.ts'
import { LimitWindows } from './limit-windows.tsx'

const Chart = lazy(() => import('../../ui/chart.tsx'))
const words = texts.keys.use
const { tiles } = texts.usage
const REFRESH_MS = 5_000
type Used = NodeOf<KeyUseQuery, 'ApiKey'>

/** What a key spends: its limits now, its last day, and its newest requests. */
export function KeyUse({ id }: { id: string }) {
  const answer = useRead(keyUse, { id })
  useEvery(REFRESH_MS, answer.refresh)
  return (
    <Answered answer={answer}>
      {({ node, usageRecords: { nodes: records } }) =>
        node?.__typename === 'ApiKey' && (
          <>
            <Panel title={words.limits}>
              <LimitWindows limits={node.currentLimits} />
            </Panel>
            <Panel title={words.day}>
              <Day usage={node.usage} />
            </Panel>
            <Panel title={words.requests} bare>
              {records.length === 0 ? (
                <Empty title={words.noRequests} hint={words.noRequestsHint} />
              ) : (
                <Records label={words.requests} records={records} />
              )}
            </Panel>
          </>
        )
      }
    </Answered>
  )
}

function Day({ usage }: Pick<Used, 'usage'>) {
  const { times, lines } = useMemo(() => linesOf(usage), [usage])
  const { totals, series } = usage
  return (
    <div className="stack">
      <div className="tiles">
        <Tile title={tiles.requests} value={totals.requests.toLocaleString()} />
        <Tile title={tiles.errors} value={formatShare(totals.errorRate)} />
        <Tile title={tiles.limited} value={totals.rateLimited.toLocaleString()} />
        <Tile title={tiles.p95} value={formatDuration(totals.p95Duration)} />
      </div>
      {series.length > 0 && (
        <Suspense fallback={<Loading />}>
          <Chart title={words.day} times={times} series={lines} />
        </Suspense>
      )}
    </div>
  )
}
