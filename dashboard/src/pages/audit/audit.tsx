import { useMemo, useRef } from 'react'
import {
  type AuditAction,
  type AuditEntryFilter,
  type AuditOutcome,
  audit,
  auditUpdates,
} from '../../graph/operations.ts'
import { useRead } from '../../graph/use-operation.ts'
import { useSession } from '../../graph/use-session.ts'
import { useUpdates } from '../../graph/use-updates.ts'
import { auditActions } from '../../texts/audit.ts'
import { texts } from '../../texts.ts'
import { Button } from '../../ui/button.tsx'
import { SelectField } from '../../ui/field.tsx'
import { ListPanel } from '../../ui/list-panel.tsx'
import { LiveState } from '../../ui/live-state.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { Answered } from '../../ui/states.tsx'
import { TimeField } from '../../ui/time-field.tsx'
import { useFilters } from '../../ui/use-filters.ts'
import { AuditTable } from './audit-table.tsx'

const words = texts.audit
const labels = words.filters
const ACTIONS = [
  ['', labels.all] as const,
  ...Object.entries(auditActions).toSorted(([, one], [, other]) => one.localeCompare(other)),
]

/** The filter that the address holds. */
function useAuditFilter({ given }: ReturnType<typeof useFilters>): AuditEntryFilter {
  const [actorId, action, resourceId, outcome, from, to] = ['actor', 'action', 'resource', 'outcome', 'from', 'to'].map(
    given,
  )
  return useMemo(
    () => ({
      ...(actorId && { actorId }),
      ...(action && { actions: [action as AuditAction] }),
      ...(resourceId && { resourceId }),
      ...(outcome && { outcome: outcome as AuditOutcome }),
      ...(from && { from }),
      ...(to && { to }),
    }),
    [actorId, action, resourceId, outcome, from, to],
  )
}

/** The audit trail, newest first, kept current. */
export default function Audit() {
  const { graph } = useSession()
  const filters = useFilters()
  const after = filters.given('after')
  const filter = useAuditFilter(filters)
  const answer = useRead(audit, { filter, first: 50, ...(after && { after }) })
  const fresh = useRef(new Set<string>())
  useUpdates(auditUpdates, {}, ({ auditEntryUpdates: { entries } }) => {
    for (const { id } of entries) fresh.current.add(id)
    answer.refresh()
  })
  return (
    <>
      <div className="page-head">
        <h1>{words.title}</h1>
        <LiveState socket={graph.socket} />
      </div>
      <search className="filters">
        <SearchField
          isId
          label={labels.actor}
          value={filters.get('actor')}
          onSearch={(text) => filters.set('actor', text)}
        />
        <SelectField
          label={labels.action}
          options={ACTIONS}
          value={filters.get('action')}
          onChange={(event) => filters.set('action', event.target.value)}
        />
        <SearchField
          isId
          label={labels.resource}
          value={filters.get('resource')}
          onSearch={(text) => filters.set('resource', text)}
        />
        <SelectField
          label={labels.outcome}
          options={words.outcomes}
          value={filters.get('outcome')}
          onChange={(event) => filters.set('outcome', event.target.value)}
        />
        <TimeField label={labels.from} value={filters.given('from')} onChange={(time) => filters.set('from', time)} />
        <TimeField label={labels.to} value={filters.given('to')} onChange={(time) => filters.set('to', time)} />
        {!filters.isEmpty && <Button onClick={filters.clear}>{labels.clear}</Button>}
      </search>
      <Answered answer={answer}>
        {({ auditEntries: list }) => (
          <ListPanel words={words} list={list} filters={filters}>
            <AuditTable
              entries={list.nodes}
              onActor={(id) => filters.set('actor', id)}
              isFresh={({ id }) => fresh.current.has(id)}
            />
          </ListPanel>
        )}
      </Answered>
    </>
  )
}
