import { useMemo } from 'react'
import { type AuditOutcome, type AuditQuery, audit, auditUpdates } from '../../graph/operations.ts'
import { useRead } from '../../graph/use-operation.ts'
import { useUpdates } from '../../graph/use-updates.ts'
import { texts } from '../../texts.ts'
import { Badge } from '../../ui/badge.tsx'
import { SelectField } from '../../ui/field.tsx'
import { Pager } from '../../ui/pager.tsx'
import { Panel } from '../../ui/panel.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { Answered, Empty } from '../../ui/states.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { useFilters } from '../../ui/use-filters.ts'

const words = texts.audit
const { columns: titles } = words
type Row = AuditQuery['auditEntries']['nodes'][number]

/** `API_KEY_CREATE` as people read it. */
const readable = (action: string): string => {
  const text = action.toLowerCase().replaceAll('_', ' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

const COLUMNS: readonly Column<Row>[] = [
  {
    title: titles.action,
    cell: ({ action, outcome, field }) => (
      <span className="row">
        {readable(action)}
        {outcome === 'DENIED' && <Badge tone="bad">{words.denied}</Badge>}
        {field !== null && <code>{field}</code>}
      </span>
    ),
  },
  {
    title: titles.actor,
    cell: ({ actor }) => <span title={actor.principalId}>{actor.name || actor.principalId}</span>,
  },
  { title: titles.resource, cell: ({ resource }) => resource !== null && <code>{resource}</code> },
  { title: titles.ip, cell: ({ ip }) => ip },
  { title: titles.time, cell: ({ createdAt }) => <Time at={createdAt} /> },
]

/** The audit trail, newest first, kept current. */
export default function Audit() {
  const filters = useFilters()
  const [actorId, resourceId, outcome] = [filters.get('actor'), filters.get('resource'), filters.get('outcome')]
  const after = filters.given('after')
  const filter = useMemo(
    () => ({
      ...(actorId && { actorId }),
      ...(resourceId && { resourceId }),
      ...(outcome && { outcome: outcome as AuditOutcome }),
    }),
    [actorId, resourceId, outcome],
  )
  const answer = useRead(audit, { filter, first: 50, ...(after && { after }) })
  useUpdates(auditUpdates, {}, () => answer.refresh())
  return (
    <>
      <div className="page-head">
        <h1>{words.title}</h1>
      </div>
      <div className="filters">
        <SearchField label={words.filters.actor} value={actorId} onSearch={(text) => filters.set('actor', text)} />
        <SearchField
          label={words.filters.resource}
          value={resourceId}
          onSearch={(text) => filters.set('resource', text)}
        />
        <SelectField
          label={words.filters.outcome}
          options={words.outcomes}
          value={outcome}
          onChange={(event) => filters.set('outcome', event.target.value)}
        />
      </div>
      <Answered answer={answer}>
        {({ auditEntries: { nodes, total, pageInfo } }) => (
          <Panel
            title={words.title}
            sent={answer.sent}
            aside={<span className="muted">{texts.total(total)}</span>}
            bare
          >
            {nodes.length === 0 ? (
              <Empty title={filters.isEmpty ? words.empty : words.emptyFiltered} hint={words.emptyHint} />
            ) : (
              <Table label={words.title} columns={COLUMNS} rows={nodes} keyOf={({ id }) => id} />
            )}
            <Pager pageInfo={pageInfo} after={after} onPage={(cursor) => filters.set('after', cursor)} />
          </Panel>
        )}
      </Answered>
    </>
  )
}
