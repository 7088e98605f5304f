import { useEffect, useRef } from 'react'
import { useClient } from 'urql'
import { documentOf } from './documents.ts'
import type { Operation } from './operations.ts'

/**
 * Follows a subscription of few messages, which the cache takes into every view by itself.
 *
 * @param onMessage called for each message; a list re-reads itself after a gap and for an object that it does not show
 */
export function useUpdates<Data, Variables extends object>(
  operation: Operation<Data, Variables>,
  variables: Variables,
  onMessage: (data: Data) => void,
): void {
  const client = useClient()
  const latest = useRef(onMessage)
  latest.current = onMessage
  const key = JSON.stringify(variables)
  useEffect(() => {
    const { unsubscribe } = client
      .subscription(documentOf(operation), JSON.parse(key) as Variables & Record<string, unknown>)
      .subscribe(({ data }) => data !== undefined && latest.current(data))
    return unsubscribe
  }, [client, operation, key])
}
