import { useMemo } from 'react'
import { endpointName } from '../../graph/endpoint-name.ts'
import { type EndpointQuery, endpoint, endpointUpdates } from '../../graph/operations.ts'
import { useRead } from '../../graph/use-operation.ts'
import { useUpdates } from '../../graph/use-updates.ts'
import { texts } from '../../texts.ts'
import { StatusBadge } from '../../ui/badge.tsx'
import { Panel } from '../../ui/panel.tsx'
import { Answered, Empty } from '../../ui/states.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { EndpointActions } from './endpoint-actions.tsx'
import { EndpointFacts } from './endpoint-facts.tsx'
import { EndpointState } from './endpoint-health.tsx'
import { EndpointStats } from './endpoint-stats.tsx'

const words = texts.endpoints
export type EndpointRow = Extract<NonNullable<EndpointQuery['node']>, { __typename: 'WebhookEndpoint' }>
type Delivery = EndpointQuery['deliveries']['nodes'][number]

const { columns: titles } = texts.deliveries
const DELIVERIES: readonly Column<Delivery>[] = [
  { title: titles.status, cell: ({ status }) => <StatusBadge status={status} /> },
  { title: titles.event, cell: ({ event }) => <span className="cell-line">{event.type}</span> },
  { title: titles.reason, cell: ({ explanation }) => <span className="cell-line">{explanation}</span> },
  { title: titles.updated, cell: ({ updatedAt }) => <Time at={updatedAt} /> },
]

/** One endpoint: its state, settings, statistics and newest deliveries in one request. */
export default function Endpoint({ id }: { id: string }) {
  const variables = useMemo(() => ({ id, filter: { endpointId: id }, stats: { endpointId: id } }), [id])
  const answer = useRead(endpoint, variables)
  useUpdates(endpointUpdates, {}, ({ webhookEndpointUpdates: { gap, webhookEndpoint } }) => {
    if (gap || webhookEndpoint?.id === id) answer.refresh()
  })
  return (
    <Answered answer={answer}>
      {({ node, deliveries, deliveryStats }) =>
        node?.__typename === 'WebhookEndpoint' ? (
          <>
            <div className="page-head">
              <div className="row">
                <h1>{node.description || endpointName(node)}</h1>
                <EndpointState endpoint={node} />
              </div>
              <EndpointActions endpoint={node} onChanged={answer.refresh} />
            </div>
            <Trouble endpoint={node} />
            <EndpointStats stats={deliveryStats} />
            <div className="columns">
              <Panel title={words.settings}>
                <EndpointFacts endpoint={node} />
              </Panel>
              <Panel title={words.recent} bare>
                {deliveries.nodes.length === 0 ? (
                  <Empty title={texts.deliveries.empty} hint={texts.deliveries.emptyHint} />
                ) : (
                  <Table
                    label={words.recent}
                    columns={DELIVERIES}
                    rows={deliveries.nodes}
                    keyOf={(row) => row.id}
                    hrefOf={(row) => `/deliveries/${row.id}`}
                  />
                )}
              </Panel>
            </div>
          </>
        ) : (
          <Empty title={texts.states.notFound} hint={texts.states.notFoundHint} />
        )
      }
    </Answered>
  )
}

/** Why the endpoint needs attention, in the words of the server. */
function Trouble({ endpoint: { health, enabled, disabledReason } }: { endpoint: EndpointRow }) {
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
