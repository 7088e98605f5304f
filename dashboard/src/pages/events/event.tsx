import { useEffect } from 'react'
import { Link } from 'wouter'
import { endpointName } from '../../graph/endpoint-name.ts'
import { indentJson } from '../../graph/json-text.ts'
import { openDeliveries } from '../../graph/live.ts'
import { type EventQuery, event } from '../../graph/operations.ts'
import type { NodeOf } from '../../graph/rows.ts'
import { useRead } from '../../graph/use-operation.ts'
import { useSession } from '../../graph/use-session.ts'
import { texts } from '../../texts.ts'
import { Badge, StatusBadge } from '../../ui/badge.tsx'
import { Code } from '../../ui/code.tsx'
import { Copy } from '../../ui/copy.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Pager } from '../../ui/pager.tsx'
import { Panel } from '../../ui/panel.tsx'
import { Answered, Empty } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { useFilters } from '../../ui/use-filters.ts'
import { useSoon } from '../../ui/use-soon.ts'

const words = texts.events.detail
type EventRow = NodeOf<EventQuery, 'Event'>
type Filters = ReturnType<typeof useFilters>

/** One event: its body, all its deliveries, and why the other endpoints did not get it. Follows its deliveries. */
export default function Event({ id }: { id: string }) {
  const filters = useFilters()
  const [deliveriesAfter, matchesAfter] = [filters.given('deliveries'), filters.given('others')]
  const answer = useRead(event, {
    id,
    ...(deliveriesAfter && { deliveriesAfter }),
    ...(matchesAfter && { matchesAfter }),
  })
  useFollow(id, answer.refresh)
  return (
    <Answered answer={answer}>
      {({ node }) =>
        node?.__typename === 'Event' ? (
          <EventDetail row={node} filters={filters} />
        ) : (
          <Empty title={texts.states.notFound} hint={texts.states.notFoundHint} />
        )
      }
    </Answered>
  )
}

/** Pause between two readings, so that an event with many endpoints is not read for each of them. */
const REREAD_MS = 500

/** Reads the event again after changes of its deliveries. */
function useFollow(id: string, refresh: () => void): void {
  const { graph } = useSession()
  const refreshSoon = useSoon(REREAD_MS, refresh)
  useEffect(
    () =>
      openDeliveries(
        graph,
        {},
        {
          onStart: refreshSoon,
          onGap: refreshSoon,
          onChanges: (changed) => changed.some((change) => change.event.id === id) && refreshSoon(),
        },
      ),
    [graph, id, refreshSoon],
  )
}

function EventDetail({ row, filters }: { row: EventRow; filters: Filters }) {
  const { columns } = texts.events
  const { publishedBy } = row
  return (
    <>
      <div className="page-head">
        <h1>{row.type}</h1>
        <Link className="button" href={`/deliveries?event=${row.id}`}>
          {words.asList}
        </Link>
      </div>
      <div className="columns">
        <div className="stack">
          <Panel title={words.about}>
            <Facts
              facts={[
                [columns.id, <code key="id">{row.id}</code>],
                [columns.created, <Time key="created" at={row.createdAt} />],
                publishedBy !== null && [
                  columns.by,
                  <Link key="by" href={`/events?principal=${publishedBy.principalId}`}>
                    {publishedBy.name || publishedBy.principalId}
                  </Link>,
                ],
                row.requestId !== null && [words.requestId, <code key="requestId">{row.requestId}</code>],
                row.channels.length > 0 && [columns.channels, row.channels.join(', ')],
                row.idempotencyKey !== null && [columns.key, <code key="key">{row.idempotencyKey}</code>],
              ]}
            />
          </Panel>
          <Deliveries row={row} filters={filters} />
          <OtherEndpoints row={row} filters={filters} />
        </div>
        <Panel title={words.body} aside={<Copy text={row.body} />}>
          <Code>{indentJson(row.body)}</Code>
        </Panel>
      </div>
    </>
  )
}

/** Every delivery, also those to endpoints that were deleted since. */
function Deliveries({ row: { deliveries }, filters }: { row: EventRow; filters: Filters }) {
  return (
    <Panel title={words.sent} bare>
      {deliveries.nodes.length === 0 ? (
        <Empty title={words.nobody} hint={words.nobodyHint} />
      ) : (
        deliveries.nodes.map(({ id, status, explanation, endpoint }) => (
          <article key={id} className="attempt" aria-label={endpointName(endpoint)}>
            <div className="row spread">
              <div className="row">
                <Link href={`/deliveries/${id}`}>
                  <StatusBadge status={status} />
                </Link>
                <Link href={`/endpoints/${endpoint.id}`}>{endpointName(endpoint)}</Link>
                {endpoint.deletedAt !== null && <Badge tone="idle">{words.deleted}</Badge>}
              </div>
              <span className="muted">{endpoint.description}</span>
            </div>
            <p className="muted">{explanation}</p>
          </article>
        ))
      )}
      <Pager
        pageInfo={deliveries.pageInfo}
        after={filters.given('deliveries')}
        onPage={(cursor) => filters.set('deliveries', cursor)}
      />
    </Panel>
  )
}

/** Endpoints without a delivery of the event, each with the reason. */
function OtherEndpoints({ row: { endpointMatches }, filters }: { row: EventRow; filters: Filters }) {
  const { nodes, pageInfo } = endpointMatches
  const others = nodes.filter(({ delivery }) => delivery === null)
  if (others.length === 0 && !pageInfo.hasNextPage && filters.get('others') === '') return null
  return (
    <Panel title={words.notSent} bare>
      {others.length === 0 && <Empty title={words.noneHere} />}
      {others.map(({ endpoint, message }) => (
        <article key={endpoint.id} className="attempt" aria-label={endpointName(endpoint)}>
          <div className="row spread">
            <Link href={`/endpoints/${endpoint.id}`}>{endpointName(endpoint)}</Link>
            <span className="muted">{endpoint.description}</span>
          </div>
          <p className="muted">{message}</p>
        </article>
      ))}
      <Pager pageInfo={pageInfo} after={filters.given('others')} onPage={(cursor) => filters.set('others', cursor)} />
    </Panel>
  )
}
