import { Link } from 'wouter'
import { endpointName } from '../../graph/endpoint-name.ts'
import { indent } from '../../graph/format.ts'
import { type EventQuery, event } from '../../graph/operations.ts'
import { useRead } from '../../graph/use-operation.ts'
import { texts } from '../../texts.ts'
import { StatusBadge } from '../../ui/badge.tsx'
import { Copy } from '../../ui/copy.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Panel } from '../../ui/panel.tsx'
import { Answered, Empty } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'

const words = texts.events.detail
type EventRow = Extract<NonNullable<EventQuery['node']>, { __typename: 'Event' }>
type Match = EventRow['endpointMatches']['nodes'][number]

/** One event: its body, the endpoints that got it, and why the others did not. */
export default function Event({ id }: { id: string }) {
  const answer = useRead(event, { id })
  return (
    <Answered answer={answer}>
      {({ node }) =>
        node?.__typename === 'Event' ? (
          <Shown row={node} />
        ) : (
          <Empty title={texts.states.notFound} hint={texts.states.notFoundHint} />
        )
      }
    </Answered>
  )
}

function Shown({ row }: { row: EventRow }) {
  const { columns } = texts.events
  const matches = row.endpointMatches.nodes
  const [sent, notSent] = [
    matches.filter(({ delivery }) => delivery !== null),
    matches.filter(({ delivery }) => !delivery),
  ]
  return (
    <>
      <div className="page-head">
        <h1>{row.type}</h1>
      </div>
      <div className="columns">
        <div className="stack">
          <Panel title={words.about}>
            <Facts
              facts={[
                [columns.id, <code key="id">{row.id}</code>],
                [columns.created, <Time key="created" at={row.createdAt} />],
                row.channels.length > 0 && [columns.channels, row.channels.join(', ')],
                row.idempotencyKey !== null && [columns.key, <code key="key">{row.idempotencyKey}</code>],
              ]}
            />
          </Panel>
          <Panel title={words.sent} bare>
            {sent.length === 0 ? <Empty title={words.nobody} hint={words.nobodyHint} /> : <Matches matches={sent} />}
          </Panel>
          {notSent.length > 0 && (
            <Panel title={words.notSent} bare>
              <Matches matches={notSent} />
            </Panel>
          )}
        </div>
        <Panel title={words.body} aside={<Copy text={row.body} />}>
          <pre className="code">{indent(row.body)}</pre>
        </Panel>
      </div>
    </>
  )
}

function Matches({ matches }: { matches: readonly Match[] }) {
  return matches.map(({ endpoint, delivery, message }) => (
    <article key={endpoint.id} className="attempt" aria-label={endpointName(endpoint)}>
      <div className="row spread">
        <Link href={`/endpoints/${endpoint.id}`}>{endpointName(endpoint)}</Link>
        {delivery !== null && (
          <Link href={`/deliveries/${delivery.id}`}>
            <StatusBadge status={delivery.status} />
          </Link>
        )}
      </div>
      <p className="muted">{delivery?.explanation ?? message}</p>
    </article>
  ))
}
