import { useEffect, useMemo, useRef, useState } from 'react'
import { openDeliveries } from '../../graph/live.ts'
import { deliveries } from '../../graph/operations.ts'
import type { LiveState } from '../../graph/socket.ts'
import { useRead } from '../../graph/use-operation.ts'
import { useSession } from '../../graph/use-session.ts'
import { texts } from '../../texts.ts'
import { toast } from '../../ui/toasts.tsx'
import { useSoon } from '../../ui/use-soon.ts'
import { type DeliveryFilter, type DeliveryRow, freezeRows, isNew, mergeRows, neededChanges } from './merge-rows.ts'

/** Rows of a page that is read. */
const PAGE = 50
/** Time for which a changed row is marked. */
const FRESH_MS = 1_600
/** Rows that are marked at once: in a flood every row is new, and a mark on each costs drawing and tells nothing. */
const MARKED_AT_MOST = 10
/** Arrived deliveries that are counted while the list is frozen. */
const COUNTED_AT_MOST = 9_999
/** Pause between two readings of a list whose arrivals the messages do not tell. */
const REREAD_MS = 2_000

/**
 * A page of deliveries, kept current by the delivery log.
 *
 * @param after cursor of the page; undefined for the newest one, which shows arrived deliveries on top
 * @param isFrozen true keeps arrived rows back, such as while the list is scrolled; changes of shown rows still appear
 */
export function useDeliveries(filter: DeliveryFilter, after: string | undefined, isFrozen: boolean) {
  const { graph } = useSession()
  const answer = useRead(deliveries, { filter, first: PAGE, ...(after && { after }) })
  const [state, setState] = useState<LiveState>('connecting')
  const [changes, setChanges] = useState<ReadonlyMap<string, DeliveryRow>>(new Map())
  const fresh = useRef(new Map<string, number>())
  const { refresh } = answer
  const rereadSoon = useSoon(REREAD_MS, refresh)
  const key = JSON.stringify(filter)
  const frozenRows = useRef<readonly DeliveryRow[]>(undefined)
  const arrived = useRef(new Set<string>())
  const shown = useRef<ReadonlySet<string>>(new Set())

  useEffect(() => {
    setChanges(new Map())
    frozenRows.current = undefined
    // The states are filtered here: a row that leaves the filter sends a message that the server would hold back.
    return openDeliveries(graph, filter.endpointId == null ? {} : { endpointId: filter.endpointId }, {
      onState: setState,
      onStart: refresh,
      onCaughtUp: (count) => toast(texts.live.caughtUp(count)),
      onGap() {
        toast(texts.live.gap)
        refresh()
      },
      onChanges(changed) {
        const now = performance.now()
        for (const delivery of changed) {
          fresh.current.delete(delivery.id)
          if (changed.length <= MARKED_AT_MOST) fresh.current.set(delivery.id, now)
          const newest = frozenRows.current?.[0]?.id
          if (newest !== undefined && delivery.id > newest && isNew(delivery, filter))
            if (arrived.current.size < COUNTED_AT_MOST) arrived.current.add(delivery.id)
        }
        forget(fresh.current, now)
        if (filter.publishedById != null) rereadSoon()
        setChanges((before) => neededChanges([...before.values(), ...changed], shown.current, filter))
      },
    })
  }, [graph, key, after])

  const page = answer.data?.deliveries
  const merged = useMemo(() => {
    const { nodes: rows = [], pageInfo } = page ?? {}
    return mergeRows(
      { rows, isNewest: after === undefined, hasNextPage: pageInfo?.hasNextPage ?? false },
      changes,
      filter,
    )
  }, [page, changes, filter, after])
  // Only the newest page takes arrived rows, so that no other one needs to be frozen.
  if (!isFrozen || after !== undefined) {
    frozenRows.current = undefined
    arrived.current.clear()
  } else frozenRows.current ??= merged
  shown.current = new Set([...(page?.nodes ?? []), ...(frozenRows.current ?? [])].map(({ id }) => id))
  const rows = frozenRows.current === undefined ? merged : freezeRows(frozenRows.current, page?.nodes ?? [], changes)
  const shownCount = useRef(0)
  useEffect(() => {
    // Rows that leave the filter may uncover others, which only the server knows.
    if (rows.length < shownCount.current && rows.length < PAGE) rereadSoon()
    shownCount.current = rows.length
  }, [rows.length])
  const isFresh = ({ id }: DeliveryRow) => performance.now() - (fresh.current.get(id) ?? -FRESH_MS) < FRESH_MS
  return { answer, rows, waiting: arrived.current.size, state, isFresh }
}

/** Removes rows that are no longer marked; they are in the order of their changes. */
function forget(fresh: Map<string, number>, now: number): void {
  for (const [id, at] of fresh) {
    if (now - at < FRESH_MS) return
    fresh.delete(id)
  }
}
