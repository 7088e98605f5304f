import { type Client, type Exchange, makeOperation, mapExchange, type Operation } from '@urql/core'

/** Milliseconds before the next try, while the server cannot be reached; the last one repeats. */
const WAITS_MS = [1_000, 2_000, 4_000, 8_000]

/**
 * Reads the queries of the open page again after a break: those that failed while the server cannot be reached, and all
 * of them once it answers, because changes in between were not announced to this page.
 */
export function createReconnect() {
  const open = new Map<number, Operation>()
  const listeners = new Set<() => void>()
  let client: Client | undefined
  let isLost = false
  let tries = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  function change(next: boolean): void {
    if (next === isLost) return
    isLost = next
    for (const listener of listeners) listener()
  }

  function readAgain(): void {
    for (const operation of open.values())
      client?.reexecuteOperation(
        makeOperation(operation.kind, operation, { ...operation.context, requestPolicy: 'network-only' }),
      )
  }

  function onFailure(): void {
    change(true)
    timer ??= setTimeout(() => {
      timer = undefined
      tries++
      readAgain()
    }, WAITS_MS[tries] ?? WAITS_MS.at(-1))
  }

  function onAnswer(): void {
    tries = 0
    if (!isLost) return
    clearTimeout(timer)
    timer = undefined
    change(false)
    readAgain()
  }

  const map = mapExchange({
    onOperation(operation) {
      if (operation.kind === 'query') open.set(operation.key, operation)
      if (operation.kind === 'teardown') open.delete(operation.key)
    },
    onResult({ operation, error, stale, data }) {
      if (operation.kind !== 'query' && operation.kind !== 'mutation') return
      if (error?.networkError !== undefined) {
        if (operation.kind === 'query') onFailure()
      } else if (!stale && (data !== undefined || error !== undefined)) onAnswer()
    },
  })
  /** Stands above the cache. */
  const exchange: Exchange = (input) => {
    client = input.client
    return map(input)
  }

  return {
    exchange,
    readAgain,
    isLost: () => isLost,
    /** Calls back at every change of `isLost`. @returns stops that */
    watch(listener: () => void): () => void {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
