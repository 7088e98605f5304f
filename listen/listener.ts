import { setTimeout as sleep } from 'node:timers/promises'
import { createAcknowledge, type Fate } from './acknowledge.ts'
import type { Api, LeasedDelivery, ListenEndpoint, Result } from './api.ts'
import { replaceBody } from './edit.ts'
import { forward } from './forward.ts'
import { openPage } from './open-page.ts'
import type { Expectation, ListenOptions } from './options.ts'
import { openStream } from './stream.ts'
import { hasValidSignature } from './verify.ts'

/** Deliveries that the screen can show. */
const ROWS = 200
/** Longest wait at the end for results that Signalbox has not taken yet, in milliseconds. */
const FLUSH_MS = 2_000

/** A delivery with the answer of its target. */
export interface Row extends Pick<Result, 'statusCode' | 'errorCode' | 'durationMs'> {
  at: Date
  deliveryId: string
  eventId: string
  type: string
  /** Number of the attempt, from 1. */
  attempt: number
  acknowledgement: Fate
}

export interface State {
  connection: 'connecting' | 'connected' | 'paused'
  received: number
  accepted: number
  failed: number
  /** The last deliveries, newest first. */
  rows: Row[]
  notice: string
}

export interface ListenerEvents {
  onRow(row: Row): void
  onNotice(text: string): void
  onChange(): void
  /** The listener ends, with a sentence and the exit code. */
  onEnd(reason: string, code: number): void
}

export type Listener = ReturnType<typeof createListener>

/** Listens to an endpoint: each delivery goes to the target, and its result back to Signalbox. */
export function createListener(
  options: ListenOptions,
  { api, endpoint }: { api: Api; endpoint: ListenEndpoint },
  events: ListenerEvents,
) {
  const state: State = { connection: 'connecting', received: 0, accepted: 0, failed: 0, rows: [], notice: '' }
  const expected = new Set<string>()
  /** Deliveries that wait for a key, oldest first. */
  const onHold: (() => void)[] = []
  let last: LeasedDelivery | undefined
  let stream: { close(): void } | undefined
  const results = createAcknowledge(api, ({ message }) => notice(`Results were not acknowledged: ${message}`))

  function notice(text: string): void {
    state.notice = text
    events.onNotice(text)
    events.onChange()
  }

  function open(): void {
    state.connection = 'connecting'
    stream = openStream(options.url, options.apiKey, endpoint.id, {
      onState(connection) {
        state.connection = connection
        events.onChange()
      },
      onDelivery: (delivery) => void handle(delivery),
      onEnd: (reason) => events.onEnd(reason, 1),
    })
  }

  async function handle(leased: LeasedDelivery): Promise<void> {
    last = leased
    state.received++
    events.onChange()
    const { id, eventId, attemptCount } = leased.delivery
    if (options.hold) await waitForKey()
    const result = options.target === undefined ? await answer() : await forward(leased, options.target)
    const acknowledgement = await results.acknowledge({ id, version: leased.version, ...result })
    const { statusCode, errorCode, durationMs } = result
    const row: Row = {
      ...{ at: new Date(), deliveryId: id, eventId, type: typeOf(leased), attempt: attemptCount + 1 },
      ...{ statusCode, errorCode, durationMs, acknowledgement },
    }
    if (isAccepted(row)) state.accepted++
    else state.failed++
    state.rows = [row, ...state.rows].slice(0, ROWS)
    events.onRow(row)
    events.onChange()
    if (options.expectation !== undefined) expect(row, options.expectation)
  }

  /** Waits for its turn. The lease is renewed while the stream is open. */
  function waitForKey(): Promise<void> {
    return new Promise((resolve) => {
      onHold.push(resolve)
      notice(`Deliveries on hold: ${onHold.length}. Press n to send the next one.`)
    })
  }

  async function answer(): Promise<Result> {
    const { statusCode, delayMs } = options.answer!
    await sleep(delayMs)
    return { statusCode, durationMs: delayMs, body: '' }
  }

  function expect(row: Row, { type, count }: Expectation): void {
    if (!isAccepted(row) || !matches(type, row.type)) return
    expected.add(row.deliveryId)
    if (expected.size === count) events.onEnd(`${count} of ${count} expected deliveries of ${type} were accepted.`, 0)
  }

  return {
    state,
    open,
    /** The sentence about expected deliveries that are missing; undefined without an expectation. */
    missing(): string | undefined {
      if (options.expectation === undefined) return undefined
      const { type, count } = options.expectation
      return `${expected.size} of ${count} expected deliveries of ${type} were accepted.`
    },
    notice,
    pause(): void {
      const wasPaused = state.connection === 'paused'
      if (wasPaused) open()
      else stream?.close()
      if (!wasPaused) state.connection = 'paused'
      notice(wasPaused ? 'Connecting again.' : 'Paused: deliveries are held until p is pressed again.')
    },
    async again(): Promise<void> {
      const id = last?.delivery.id
      if (id === undefined) notice('Nothing to send again: no delivery has come yet.')
      else
        await api.retry(id).then(
          () => notice(`${id} is sent again.`),
          (error: Error) => notice(`${id} is not sent again: ${error.message}`),
        )
    },
    sendNext(): void {
      const send = onHold.shift()
      if (send === undefined)
        notice(options.hold ? 'Nothing is on hold.' : 'Start with --hold to send deliveries one by one.')
      else notice(`Deliveries on hold: ${onHold.length}.`)
      send?.()
    },
    openLast(): void {
      const page = `${endpoint.page}/${last ? `deliveries/${last.delivery.id}` : `endpoints/${endpoint.id}`}`
      openPage(page)
      notice(page)
    },
    /** Sends the last delivery with an edited body to the target. Signalbox does not record the answer. */
    async editLast(editText: (text: string) => Promise<string>): Promise<void> {
      const { target } = options
      const edited = last
      if (target === undefined) return notice('Give a target, such as 3000/hooks, to send edited bodies.')
      if (edited === undefined) return notice('Nothing to edit: no delivery has come yet.')
      try {
        const body = await editText(Buffer.from(edited.bodyBase64, 'base64').toString())
        const { statusCode, errorCode, durationMs } = await forward(
          replaceBody(edited, body, endpoint.secret, new Date()),
          target,
        )
        notice(
          `The edited body was sent: ${errorCode ?? statusCode} after ${durationMs} ms. Signalbox did not record it.`,
        )
      } catch (error) {
        notice(`Nothing was sent: ${(error as Error).message}`)
      }
    },
    verify(): void {
      const verdict = last && (hasValidSignature(last, endpoint.secret) ? 'is valid' : 'is NOT valid')
      notice(last ? `The signature of ${last.delivery.id} ${verdict}.` : 'Nothing to verify: no delivery has come yet.')
    },
    /** Sends the results that wait, and closes the stream, which gives the other deliveries back. */
    async stop(): Promise<void> {
      await Promise.race([results.idle(), sleep(FLUSH_MS, undefined, { ref: false })])
      stream?.close()
    },
  }
}

/** True when the target answered with 200 to 299 and Signalbox recorded the answer. */
export const isAccepted = ({ statusCode = 0, acknowledgement }: Pick<Row, 'statusCode' | 'acknowledgement'>) =>
  statusCode >= 200 && statusCode <= 299 && acknowledgement === 'RECORDED'

const matches = (wanted: string, type: string) =>
  wanted === '*' || wanted === type || (wanted.endsWith('.*') && type.startsWith(wanted.slice(0, -1)))

/** Event type of the signed body, or `unknown`. The field `event` of a delivery would need one more permission. */
export function typeOf({ bodyBase64 }: Pick<LeasedDelivery, 'bodyBase64'>): string {
  try {
    const type: unknown = JSON.parse(Buffer.from(bodyBase64, 'base64').toString())?.type
    return typeof type === 'string' ? type : 'unknown'
  } catch {
    return 'unknown'
  }
}
