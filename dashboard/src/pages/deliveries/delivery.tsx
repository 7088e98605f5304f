import { useEffect } from 'react'
import { Link } from 'wouter'
import { endpointName } from '../../graph/endpoint-name.ts'
import { indent } from '../../graph/format.ts'
import { openDeliveries } from '../../graph/live.ts'
import { type DeliveryQuery, delivery, deliveryCancel, deliveryRetry } from '../../graph/operations.ts'
import { useChange, useRead } from '../../graph/use-operation.ts'
import { useSession } from '../../session.tsx'
import { texts } from '../../texts.ts'
import { StatusBadge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Copy } from '../../ui/copy.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Panel } from '../../ui/panel.tsx'
import { Answered, Empty } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { toast } from '../../ui/toasts.tsx'
import { Attempts } from './attempts.tsx'

const words = texts.deliveries.detail
type DeliveryRow = Extract<NonNullable<DeliveryQuery['node']>, { __typename: 'Delivery' }>

/** One delivery: its explanation first, then every attempt, then the event. Follows its changes. */
export default function Delivery({ id }: { id: string }) {
  const answer = useRead(delivery, { id })
  useFollow(answer.data?.node ?? undefined, answer.refresh)
  return (
    <Answered answer={answer}>
      {({ node }) =>
        node?.__typename === 'Delivery' ? (
          <Shown row={node} />
        ) : (
          <Empty title={texts.states.notFound} hint={texts.states.notFoundHint} />
        )
      }
    </Answered>
  )
}

/** Reads the delivery again when the log has a change of it. */
function useFollow(node: DeliveryQuery['node'] | undefined, refresh: () => void): void {
  const { graph } = useSession()
  const [id, endpointId] = node?.__typename === 'Delivery' ? [node.id, node.endpoint.id] : []
  useEffect(() => {
    if (endpointId === undefined) return undefined
    return openDeliveries(
      graph,
      { endpointId },
      {
        onState: () => {},
        onCaughtUp: () => {},
        onGap: refresh,
        onChanges: (changed) => changed.some((change) => change.id === id) && refresh(),
      },
    )
  }, [graph, id, endpointId, refresh])
}

function Shown({ row }: { row: DeliveryRow }) {
  const { event, endpoint } = row
  return (
    <>
      <div className="page-head">
        <div className="row">
          <h1>{event.type}</h1>
          <StatusBadge status={row.status} />
        </div>
        <Actions row={row} />
      </div>
      <p className="notice" data-tone={TONES[row.status]}>
        <span>
          {row.explanation}
          {row.nextAttemptAt !== null && (
            <>
              {' '}
              {words.next} <Time at={row.nextAttemptAt} />.
            </>
          )}
        </span>
      </p>
      <div className="columns">
        <Panel title={words.attempts} bare>
          {row.attempts.nodes.length === 0 ? (
            <Empty title={words.noAttempts} />
          ) : (
            <Attempts attempts={row.attempts.nodes} />
          )}
        </Panel>
        <div className="stack">
          <Panel title={words.about}>
            <Facts
              facts={[
                [words.id, <code key="id">{row.id}</code>],
                [
                  words.event,
                  <Link key="event" href={`/events/${event.id}`}>
                    {event.id}
                  </Link>,
                ],
                [
                  words.endpoint,
                  <Link key="endpoint" href={`/endpoints/${endpoint.id}`}>
                    {endpointName(endpoint)}
                  </Link>,
                ],
                [words.created, <Time key="created" at={row.createdAt} />],
                [words.updated, <Time key="updated" at={row.updatedAt} />],
              ]}
            />
          </Panel>
          <Panel title={words.body} aside={<Copy text={event.body} />}>
            <pre className="code">{indent(event.body)}</pre>
          </Panel>
        </div>
      </div>
    </>
  )
}

const TONES: Record<string, string> = { SUCCEEDED: 'good', DEAD: 'bad', EXPIRED: 'bad', RETRYING: 'warn', HELD: 'warn' }
const ENDED = ['SUCCEEDED', 'DEAD', 'EXPIRED', 'CANCELED']

function Actions({ row: { id, status } }: { row: DeliveryRow }) {
  const { can } = useSession()
  const [retrying, canceling] = [useChange(deliveryRetry), useChange(deliveryCancel)]
  if (!can('deliveries:write')) return null

  async function retry() {
    const outcome = await retrying.send({ id })
    if ('refusal' in outcome) toast(outcome.refusal.message, 'bad')
    else toast(words.retried)
  }
  async function cancel() {
    const outcome = await canceling.send({ id })
    if ('refusal' in outcome) toast(outcome.refusal.message, 'bad')
    else toast(words.canceled)
  }

  return (
    <div className="row">
      <Button onClick={retry} disabled={retrying.isSending}>
        {words.retry}
      </Button>
      {!ENDED.includes(status) && (
        <Button kind="danger" onClick={cancel} disabled={canceling.isSending}>
          {words.cancel}
        </Button>
      )}
    </div>
  )
}
