import {
  CloseCode,
  createClient,
  type ExecutionResult,
  MessageType,
  type Sink,
  type SubscribePayload,
} from 'graphql-ws'

/** Close codes after which a new connection would be refused as well. */
const FINAL = [CloseCode.Forbidden, CloseCode.Unauthorized, CloseCode.BadRequest] as number[]
/** Code with which the client closes a connection that nothing on the page needs any more. */
const CLOSED_BY_PAGE = 1000
/** Longest wait before a try, in milliseconds. */
const WAIT_AT_MOST_MS = 30_000
/** Error codes of a subscription that the server would refuse again. */
const REFUSALS = ['FORBIDDEN', 'NOT_FOUND', 'BAD_USER_INPUT', 'VALIDATION_FAILED', 'PERSISTED_QUERY_NOT_FOUND']

/** State of the connection that live panels show. */
export type LiveState = 'connecting' | 'live' | 'broken'

export type Socket = ReturnType<typeof createSocket>

/** A random wait, because a closed laptop wakes up with every tab at once. */
const waitAfter = (tries: number) => Math.min(WAIT_AT_MOST_MS, 500 * 2 ** tries) * Math.random()

/**
 * One WebSocket for every live panel, opened at the first subscription. The browser sends the session cookie with the
 * handshake.
 *
 * @param connectionParams the organization, read at every connection
 * @param onRefused called when the server ended a subscription, or closed the connection for good
 */
export function createSocket(connectionParams: () => Record<string, string>, onRefused: () => void) {
  const url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`
  const client = createClient({
    url,
    connectionParams,
    retryAttempts: Number.POSITIVE_INFINITY,
    retryWait: (tries) => new Promise((done) => setTimeout(done, waitAfter(tries))),
    shouldRetry: (fault) => !isFinal(fault),
    keepAlive: 15_000,
  })
  let state: LiveState = 'connecting'
  const listeners = new Set<(state: LiveState) => void>()
  const resumed = new Set<() => void>()
  function change(next: LiveState): void {
    state = next
    for (const listener of listeners) listener(next)
  }
  function tellResumed(): void {
    for (const listener of resumed) listener()
  }
  client.on('connecting', (isRetry) => change(isRetry ? 'broken' : 'connecting'))
  client.on('connected', (_socket, _payload, wasRetry) => {
    change('live')
    if (wasRetry) tellResumed()
  })
  client.on('closed', (event) => {
    change(codeOf(event) === CLOSED_BY_PAGE ? 'connecting' : 'broken')
    if (isFinal(event)) onRefused()
  })
  // The server ends subscriptions one by one when the session ends or loses a right.
  client.on('message', ({ type }) => {
    if (type === MessageType.Complete) onRefused()
  })

  /**
   * Subscribes until the page stops it. The server completes a subscription when it stops itself and when the session
   * ends or changes its rights, so a completed one begins again.
   *
   * @param payload sent again as it is then, so that a cursor in its variables resumes
   */
  function follow<Data>(payload: SubscribePayload, sink: Sink<ExecutionResult<Data>>): () => void {
    let isStopped = false
    let tries = 0
    let timer: ReturnType<typeof setTimeout> | undefined
    let stop = () => {}
    function beginLater(): void {
      timer = setTimeout(() => begin(tellResumed), waitAfter(tries++))
    }
    function begin(onBegun: () => void = () => {}): void {
      stop = client.subscribe<Data>(payload, {
        next(message) {
          tries = 0
          sink.next(message as ExecutionResult<Data>)
        },
        error(fault) {
          const codes = errorCodesOf(fault)
          if (codes.includes('UNAUTHENTICATED')) onRefused()
          else if (codes.some((code) => REFUSALS.includes(code))) sink.error(fault)
          else if (!isFinal(fault)) beginLater()
        },
        complete() {
          if (isStopped) return sink.complete()
          beginLater()
        },
      })
      onBegun()
    }
    begin()
    return () => {
      isStopped = true
      clearTimeout(timer)
      stop()
    }
  }

  return {
    ...client,
    follow,
    /** Calls back when the stream of messages had a break, so that changes may have been missed. @returns stops that */
    onResumed(listener: () => void): () => void {
      resumed.add(listener)
      return () => void resumed.delete(listener)
    },
    /** Calls back with the state now and at every change. @returns stops that */
    watch(listener: (state: LiveState) => void): () => void {
      listeners.add(listener)
      listener(state)
      return () => void listeners.delete(listener)
    },
  }
}

const isFinal = (event: unknown): boolean => FINAL.includes(codeOf(event))

const codeOf = (event: unknown): number =>
  typeof event === 'object' && event !== null && 'code' in event ? Number(event.code) : 0

const errorCodesOf = (fault: unknown): string[] =>
  Array.isArray(fault) ? fault.map(({ extensions }) => String(extensions?.code)) : []
