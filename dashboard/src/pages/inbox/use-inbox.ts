import { useEffect, useReducer, useRef, useState } from 'react'
import { documentOf } from '../../graph/documents.ts'
import {
  endpointDelete,
  inboxAcknowledge,
  inboxOpen,
  inboxReady,
  type SignatureScheme,
} from '../../graph/operations.ts'
import type { LiveState } from '../../graph/socket.ts'
import { type Outcome, useChange } from '../../graph/use-operation.ts'
import { useSession } from '../../graph/use-session.ts'
import { verifySignature } from '../../signature.ts'
import { texts } from '../../texts.ts'
import { reduceInbox, requestOf } from './inbox-state.ts'
import { type Answering, listen } from './listen.ts'

/** Short enough to watch. */
const RETRIES = { backoffSeconds: [3, 6, 12], maxAttempts: 4 }
/** Interval and number of looks at whether the server counts the tab as a listener. */
const [READY_EVERY_MS, READY_LOOKS] = [100, 50]

/** The endpoint that the tab is. */
export interface OpenInbox {
  endpointId: string
  /** Label of the events that the tab publishes, without which the endpoint takes none. */
  channel: string
  secret: string | null
  publicKeys: readonly string[]
}

/** Makes the tab an endpoint, receives its deliveries and answers them. The endpoint goes when the page is left. */
export function useInbox(answering: Answering) {
  const { graph, viewer, can } = useSession()
  const [creating, acknowledging] = [useChange(inboxOpen), useChange(inboxAcknowledge)]
  const [inbox, setInbox] = useState<OpenInbox>()
  const [ended, setEnded] = useState<string>()
  const [state, setState] = useState<LiveState>('connecting')
  const [deliveries, change] = useReducer(reduceInbox, [])
  const current = useRef({ answering, acknowledge: acknowledging.send })
  current.current = { answering, acknowledge: acknowledging.send }
  const canDelete = can('webhooks:delete')

  useEffect(() => {
    if (inbox === undefined) return undefined
    const { endpointId, secret, publicKeys } = inbox
    const stop = listen(graph, endpointId, {
      answering: () => current.current.answering,
      onState: setState,
      onEnd: setEnded,
      onChanges: (changed) => change({ kind: 'changed', deliveries: changed }),
      async onLease(lease) {
        change({ kind: 'leased', lease })
        const keys = { ...(secret !== null && { secret }), publicKeys }
        const verdict = await verifySignature(requestOf(lease), keys)
        change({ kind: 'attempt', lease, change: { verdict } })
      },
      async onAnswer(lease, { statusCode, durationMs }) {
        const body = texts.inbox.responses[statusCode] ?? ''
        const result = { id: lease.delivery.id, version: lease.version, statusCode, durationMs, body }
        const outcome = await current.current.acknowledge({ input: { results: [result] } })
        if ('refusal' in outcome) return setEnded(outcome.refusal.message)
        const { payload } = outcome
        const isStale = 'acknowledgements' in payload && payload.acknowledgements[0]?.status === 'STALE'
        change({ kind: 'attempt', lease, change: { answer: { statusCode, durationMs, isStale } } })
      },
    })
    /** Best effort: an ephemeral endpoint goes by itself some days after its last listener. */
    function leave(): void {
      stop()
      if (!canDelete) return
      const headers = { 'content-type': 'application/json', 'Signalbox-Organization': viewer.organization.id }
      const body = JSON.stringify({ documentId: endpointDelete.documentId, variables: { id: endpointId } })
      // A page that is closed ends its other requests.
      fetch('/graphql', { method: 'POST', keepalive: true, headers, body }).catch(() => {})
    }
    function hide(): void {
      leave()
      setEnded(texts.inbox.left)
    }
    addEventListener('pagehide', hide)
    return () => {
      removeEventListener('pagehide', hide)
      leave()
    }
  }, [graph, inbox, canDelete, viewer.organization.id])

  /** Creates the endpoint, and waits until the server counts the tab as its listener: until then deliveries are HELD. */
  async function open(signatureScheme: SignatureScheme): Promise<Outcome<OpenInbox>> {
    const channel = `inbox-${[...crypto.getRandomValues(new Uint32Array(2))].join('-')}`
    const settings = { eventTypes: ['*'], channels: [channel], retryPolicy: RETRIES, disableAfterFailures: null }
    const input = { kind: 'STREAM', ephemeral: true, description: texts.inbox.description, signatureScheme } as const
    const outcome = await creating.send({ input: { ...input, ...settings } })
    if ('refusal' in outcome) return outcome
    if (!('webhookEndpoint' in outcome.payload)) throw new Error('The answer has no endpoint.')
    const { secret, webhookEndpoint } = outcome.payload
    const made = { endpointId: webhookEndpoint.id, channel, secret, publicKeys: webhookEndpoint.publicKeys }
    setEnded(undefined)
    setInbox(made)
    for (let look = 0; look < READY_LOOKS; look++) {
      const variables = { id: made.endpointId }
      const { data } = await graph.client.query(documentOf(inboxReady), variables, { requestPolicy: 'network-only' })
      if (data?.node != null && 'lastListenedAt' in data.node && data.node.lastListenedAt !== null) break
      await new Promise((done) => setTimeout(done, READY_EVERY_MS))
    }
    return { payload: made }
  }

  function close(): void {
    setInbox(undefined)
    setEnded(undefined)
    change({ kind: 'cleared' })
  }

  return { inbox, ended, state, deliveries, open, close }
}
