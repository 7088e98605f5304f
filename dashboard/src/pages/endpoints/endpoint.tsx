import { useMemo } from 'react'
import { Link } from 'wouter'
import { endpointName } from '../../graph/endpoint-name.ts'
import { type EndpointQuery, endpoint, endpointUpdates } from '../../graph/operations.ts'
import type { EndpointRow } from '../../graph/rows.ts'
import { useRead } from '../../graph/use-operation.ts'
import { useUpdates } from '../../graph/use-updates.ts'
import { texts } from '../../texts.ts'
import { StatusBadge } from '../../ui/badge.tsx'
import { Panel } from '../../ui/panel.tsx'
import { Answered, Empty } from '../../ui/states.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { useEvery } from '../../ui/use-every.ts'
import { useSoon } from '../../ui/use-soon.ts'
import { EndpointActions } from './endpoint-actions.tsx'
import { EndpointCause } from './endpoint-cause.tsx'
import { EndpointFacts } from './endpoint-facts.tsx'
import { EndpointState } from './endpoint-health.tsx'
import { EndpointSignature } from './endpoint-signature.tsx'
import { EndpointDays, EndpointStats } from './endpoint-stats.tsx'

const words = texts.endpoints
type Delivery = EndpointQuery['deliveries']['nodes'][number]

/** Live messages come once a second at most; counts and lists follow at this pace. */
const REFRESH_MS = 1_000
const IDLE_REFRESH_MS = 15_000

const { columns: titles } = texts.deliveries
const DELIVERIES: readonly Column<Delivery>[] = [
  { title: titles.event, cell: ({ event }) => <span className="cell-line">{event.type}</span> },
  { title: titles.status, cell: ({ status }) => <StatusBadge status={status} /> },
  { title: titles.reason, cell: ({ explanation }) => <span className="cell-text">{explanation}</span> },
  { title: titles.updated, cell: ({ updatedAt }) => <Time at={updatedAt} /> },
]

/** One endpoint: its state, settings, statistics, newest and failed deliveries in one request. */
export default function Endpoint({ id }: { id: string }) {
  const variables = useMemo(
    () => ({
      ...{ id, filter: { endpointId: id }, stats: { endpointId: id } },
      failures: { endpointId: id, statuses: ['RETRYING' as const, 'DEAD' as const] },
    }),
    [id],
  )
  const answer = useRead(endpoint, variables)
  const refreshSoon = useSoon(REFRESH_MS, answer.refresh)
  useEvery(IDLE_REFRESH_MS, answer.refresh)
  useUpdates(endpointUpdates, {}, ({ webhookEndpointUpdates: { gap, webhookEndpoint } }) => {
    if (gap || webhookEndpoint?.id === id) refreshSoon()
  })
  return (
    <Answered answer={answer}>
      {({ node, deliveries, failures, deliveryStats }) =>
        node?.__typename === 'WebhookEndpoint' ? (
          <>
            <div className="page-head">
              <div className="row">
                <h1>{node.description || endpointName(node)}</h1>
                {node.deletedAt === null && <EndpointState endpoint={node} />}
              </div>
              {node.deletedAt === null && <EndpointActions endpoint={node} onChanged={answer.refresh} />}
            </div>
            <Trouble endpoint={node} />
            <EndpointStats stats={deliveryStats} />
            <div className="columns">
              <div className="stack">
                <Panel title={words.settings}>
                  <EndpointFacts endpoint={node} />
                </Panel>
                {node.deletedAt === null && <EndpointSignature endpoint={node} onChanged={answer.refresh} />}
              </div>
              <div className="stack">
                <Failures endpoint={node} failures={failures.nodes} />
                <Panel
                  title={words.recent}
                  aside={<Link href={`/deliveries?endpoint=${id}`}>{words.allDeliveries}</Link>}
                  bare
                >
                  <Deliveries
                    label={words.recent}
                    rows={deliveries.nodes}
                    empty={{ title: texts.deliveries.empty, hint: texts.deliveries.emptyHint }}
                  />
                </Panel>
                <EndpointDays days={deliveryStats.days} />
              </div>
            </div>
          </>
        ) : (
          <Empty title={texts.states.notFound} hint={texts.states.notFoundHint} />
        )
      }
    </Answered>
  )
}

/** Deliveries that failed and are not delivered yet, below the change after which that began. */
function Failures({ endpoint: { id, health }, failures }: { endpoint: EndpointRow; failures: readonly Delivery[] }) {
  return (
    <Panel
      title={words.failures}
      aside={failures.length > 0 && <Link href={`/dead-letters?endpoint=${id}`}>{texts.deadLetters.title}</Link>}
      bare
    >
      {health.failingSince !== null && (
        <div className="panel-body stack">
          <EndpointCause id={id} failingSince={health.failingSince} />
          <p>
            {words.lastFailure} <Time at={health.lastFailureAt} />: {health.lastFailure}
          </p>
        </div>
      )}
      {(failures.length > 0 || health.failingSince === null) && (
        <Deliveries label={words.failures} rows={failures} empty={{ title: words.noFailures }} />
      )}
    </Panel>
  )
}

function Deliveries(props: { label: string; rows: readonly Delivery[]; empty: { title: string; hint?: string } }) {
  const { label, rows, empty } = props
  if (rows.length === 0) return <Empty {...empty} />
  return (
    <Table
      label={label}
      columns={DELIVERIES}
      rows={rows}
      keyOf={(row) => row.id}
      hrefOf={(row) => `/deliveries/${row.id}`}
    />
  )
}

/** Why the endpoint needs attention, in the words of the server. */
function Trouble({ endpoint: { health, enabled, disabledReason, deletedAt } }: { endpoint: EndpointRow }) {
  if (deletedAt !== null)
    return (
      <p className="notice" data-tone="bad">
        <span>
          {words.deleted} <Time at={deletedAt} />.
        </span>
      </p>
    )
  if (!enabled && disabledReason !== null)
    return (
      <p className="notice" data-tone="warn">
        {disabledReason}
      </p>
    )
  if (health.failingSince === null) return null
  return (
    <p className="notice" data-tone="bad">
      <span>
        {words.failing(health.consecutiveFailures)}
        <Time at={health.failingSince} />. {health.lastFailure}
      </span>
    </p>
  )
}
