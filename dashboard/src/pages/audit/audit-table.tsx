import { Link } from 'wouter'
import type { AuditQuery } from '../../graph/operations.ts'
import { auditActions } from '../../texts/audit.ts'
import { texts } from '../../texts.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'

const words = texts.audit
const { columns: titles } = words
type AuditRow = AuditQuery['auditEntries']['nodes'][number]

/** Pages of objects, by the prefix of their ids. */
const PAGES: Record<string, string> = {
  key: '/keys',
  whep: '/endpoints',
  evt: '/events',
  type: '/event-types',
  dlv: '/deliveries',
}

function Resource({ id }: { id: string }) {
  const page = PAGES[id.split('_')[0] ?? '']
  return page === undefined ? (
    <code>{id}</code>
  ) : (
    <Link href={`${page}/${id}`}>
      <code>{id}</code>
    </Link>
  )
}

const isEmpty = (details: unknown) =>
  typeof details !== 'object' || details === null || Object.keys(details).length === 0

function Details({ details }: { details: unknown }) {
  if (isEmpty(details)) return words.none
  return (
    <details className="inline-details">
      <summary>{words.details}</summary>
      <pre className="code">{JSON.stringify(details, null, 2)}</pre>
    </details>
  )
}

interface Props {
  entries: readonly AuditRow[]
  /** Called for an actor to filter by; absent where nothing filters. */
  onActor?: (id: string) => void
  /** True for entries that came while the page was open. */
  isFresh?: (entry: AuditRow) => boolean
}

/** Entries of the audit trail. */
export function AuditTable({ entries, onActor, isFresh }: Props) {
  const columns: readonly Column<AuditRow>[] = [
    {
      title: titles.action,
      cell: ({ action, outcome, field }) => (
        <span className="row">
          {auditActions[action]}
          {outcome === 'DENIED' && <Badge tone="bad">{words.denied}</Badge>}
          {field !== null && <code>{field}</code>}
        </span>
      ),
    },
    {
      title: titles.actor,
      cell: ({ actor: { name, principalId } }) =>
        onActor === undefined ? (
          <span title={principalId}>{name || principalId}</span>
        ) : (
          <Button
            kind="text"
            title={principalId}
            aria-label={words.onlyActor(name || principalId)}
            onClick={() => onActor(principalId)}
          >
            {name || principalId}
          </Button>
        ),
    },
    { title: titles.resource, cell: ({ resource }) => resource !== null && <Resource id={resource} /> },
    { title: titles.ip, cell: ({ ip }) => ip ?? words.none },
    { title: titles.time, cell: ({ createdAt }) => <Time at={createdAt} /> },
    { title: titles.details, cell: ({ details }) => <Details details={details} /> },
  ]
  return (
    <Table label={words.title} columns={columns} rows={entries} keyOf={({ id }) => id} {...(isFresh && { isFresh })} />
  )
}
