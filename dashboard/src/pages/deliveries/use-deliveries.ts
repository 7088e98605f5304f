import { useEffect, useMemo, useRef, useState } from 'react'
import { openDeliveries } from '../../graph/live.ts'
import { type DeliveriesQuery, type DeliveriesQueryVariables, deliveries } from '../../graph/operations.ts'
import type { LiveState } from '../../graph/socket.ts'
import { useRead } from '../../graph/use-operation.ts'
import { useSession } from '../../session.tsx'
import { texts } from '../../texts.ts'
import { toast } from '../../ui/toasts.tsx'

export type DeliveryRow = DeliveriesQuery['deliveries']['nodes'][number]
type Filter = NonNullable<DeliveriesQueryVariables['filter']>

/** Rows of the first page, with the live ones on top. More would cost drawing, and nobody reads them. */
const ROWS_AT_MOST = 100
/** Time for which a changed row is marked. */
const FRESH_MS = 1_600

/**
 * The newest deliveries of a filter, kept current by the delivery log.
 *
 * @param isHeld true keeps arrived rows back, such as while the list is scrolled; changes of shown rows still appear
 */
export function useDeliveries(filter: Filter, isHeld: boolean) {
  const { graph } = useSession()
  const answer = useRead(deliveries, { filter, first: 50 })
  const [state, setState] = useState<LiveState>('connecting')
  const [changes, setChanges] = useState<ReadonlyMap<string, DeliveryRow>>(new Map())
  const fresh = useRef(new Map<string, number>())
  const { refresh } = answer
  const key = JSON.stringify(filter)

  useEffect(() => {
    setChanges(new Map())
    const { endpointId, statuses } = filter
    return openDeliveries(
      graph,
      { endpointId, statuses },
      {
        onState: setState,
        onCaughtUp: (count) => toast(texts.live.caughtUp(count)),
        onGap() {
          toast(texts.live.gap)
          refresh()
        },
        onChanges(arrived) {
          for (const { id } of arrived) fresh.current.set(id, performance.now())
          setChanges((before) => {
            const next = new Map(before)
            for (const delivery of arrived) next.set(delivery.id, delivery)
            // The oldest changes have left the first page long ago.
            while (next.size > ROWS_AT_MOST * 2) next.delete(next.keys().next().value!)
            return next
          })
        },
      },
    )
  }, [graph, key])

  const shown = answer.data?.deliveries.nodes
  const { rows, waiting } = useMemo(() => merge(shown ?? [], changes, isHeld, filter), [shown, changes, isHeld, filter])
  const isFresh = ({ id }: DeliveryRow) => performance.now() - (fresh.current.get(id) ?? -FRESH_MS) < FRESH_MS
  return { answer, rows, waiting, state, isFresh }
}

/** Shown rows in their newest state, and rows that are new: on top, or counted while the list is held. */
function merge(
  shown: readonly DeliveryRow[],
  changes: ReadonlyMap<string, DeliveryRow>,
  isHeld: boolean,
  { types }: Filter,
) {
  const known = new Set(shown.map(({ id }) => id))
  const current = shown.map((row) => newer(row, changes.get(row.id)))
  const arrived = [...changes.values()].filter(
    ({ id, event }) => !known.has(id) && (!types?.length || types.includes(event.type)),
  )
  if (isHeld) return { rows: current, waiting: arrived.length }
  const rows = [...arrived, ...current].sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, ROWS_AT_MOST)
  return { rows, waiting: 0 }
}

const newer = (row: DeliveryRow, change: DeliveryRow | undefined): DeliveryRow =>
  change !== undefined && change.version > row.version ? change : row
