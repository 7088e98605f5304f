import { useEffect, useState } from 'react'
import { Link } from 'wouter'
import { endpointName } from '../../graph/endpoint-name.ts'
import { indentJson } from '../../graph/json-text.ts'
import { openDeliveries } from '../../graph/live.ts'
import { type DeliveryQuery, delivery, deliveryCancel, deliveryRetry } from '../../graph/operations.ts'
import type { NodeOf } from '../../graph/rows.ts'
import { useChange, useRead } from '../../graph/use-operation.ts'
import { useSession } from '../../graph/use-session.ts'
import { texts } from '../../texts.ts'
import { StatusBadge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Code } from '../../ui/code.tsx'
import { Copy } from '../../ui/copy.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Panel } from '../../ui/panel.tsx'
import { Answered, Empty } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { toast } from '../../ui/toasts.tsx'
import { Attempts } from './attempts.tsx'
import { CheckSignature } from './check-signature.tsx'
import { CopyAsCurl } from './copy-as-curl.tsx'
import { Timeline } from './timeline.tsx'

const words = texts.deliveries.detail
type DeliveryRow = NodeOf<DeliveryQuery, 'Delivery'>

/** One delivery: its explanation first, then every attempt, then the event. Follows its changes. */
export default function Delivery({ id }: { id: string }) {
  const answer = useRead(delivery, { id })
  useFollow(answer.data?.node ?? undefined, answer.refresh)
  return (
    <Answered answer={answer}>
      {({ node }) =>
        node?.__typename === 'Delivery' ? (
          <DeliveryDetail row={node} />
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
        onStart: refresh,
        onGap: refresh,
        onChanges: (changed) => changed.some((change) => change.id === id) && refresh(),
      },
    )
  }, [graph, id, endpointId, refresh])
}

function DeliveryDetail({ row }: { row: DeliveryRow }) {
  const { event, endpoint } = row
  const attempts = row.attempts.nodes
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
              {words.next} <Time at={row.nextAttemptAt} />
            </>
          )}
        </span>
      </p>
      <div className="columns">
        <Panel
          title={words.attempts}
          aside={
            row.attemptCount > attempts.length && (
              <span className="muted">{words.newest(attempts.length, row.attemptCount)}</span>
            )
          }
          bare
        >
          {attempts.length === 0 ? (
            <Empty title={words.noAttempts} />
          ) : (
            <Attempts attempts={attempts} body={event.body} />
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
                event.publishedBy !== null && [
                  words.publishedBy,
                  <Link key="publishedBy" href={`/deliveries?principal=${event.publishedBy.principalId}`}>
                    {event.publishedBy.name || event.publishedBy.principalId}
                  </Link>,
                ],
                event.requestId !== null && [words.requestId, <code key="requestId">{event.requestId}</code>],
                [words.created, <Time key="created" at={row.createdAt} />],
                [words.updated, <Time key="updated" at={row.updatedAt} />],
              ]}
            />
          </Panel>
          <Timeline {...row} publishedAt={event.createdAt} attempts={attempts} />
          <Panel title={words.body} aside={<Copy text={event.body} />}>
            <div className="stack">
              <Code>{indentJson(event.body)}</Code>
              <p className="hint">{words.bodyHint}</p>
            </div>
          </Panel>
        </div>
      </div>
    </>
  )
}

const TONES: Record<string, string> = { SUCCEEDED: 'good', DEAD: 'bad', EXPIRED: 'bad', RETRYING: 'warn', HELD: 'warn' }
const [RETRYABLE, CANCELABLE] = [
  ['RETRYING', 'SUCCEEDED', 'DEAD', 'EXPIRED', 'CANCELED'],
  ['PENDING', 'SENDING', 'RETRYING', 'HELD'],
]

function Actions({ row }: { row: DeliveryRow }) {
  const { can } = useSession()
  const [open, setOpen] = useState<'curl' | 'signature'>()
  const { curl, signature } = texts.deliveries
  const attempt = row.attempts.nodes.findLast(({ request }) => request !== null)
  const [body, close] = [row.event.body, () => setOpen(undefined)]
  return (
    <div className="row">
      <Button onClick={() => setOpen('curl')}>{curl.action}</Button>
      <Button onClick={() => setOpen('signature')}>{signature.action}</Button>
      {can('deliveries:write') && <Changes id={row.id} status={row.status} />}
      {open === 'curl' && <CopyAsCurl attempt={attempt} body={body} onClose={close} />}
      {open === 'signature' && (
        <CheckSignature attempt={attempt} body={body} publicKeys={row.endpoint.publicKeys} onClose={close} />
      )}
    </div>
  )
}

function Changes({ id, status }: { id: string; status: string }) {
  const [retrying, canceling] = [useChange(deliveryRetry), useChange(deliveryCancel)]

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
    <>
      {RETRYABLE.includes(status) && (
        <Button onClick={retry} disabled={retrying.isSending}>
          {words.retry}
        </Button>
      )}
      {CANCELABLE.includes(status) && (
        <Button kind="danger" onClick={cancel} disabled={canceling.isSending}>
          {words.cancel}
        </Button>
      )}
    </>
  )
}
