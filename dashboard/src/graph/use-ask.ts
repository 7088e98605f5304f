import { useClient } from 'urql'
import { documentOf } from './documents.ts'
import type { Operation } from './operations.ts'
import { type Outcome, outcomeOf } from './use-operation.ts'

/** Returns a function that sends a query now, past the cache, such as a preview that a person asks for. It never throws. */
export function useAsk<Data, Variables extends object>(operation: Operation<Data, Variables>) {
  const client = useClient()
  return async (variables: Variables): Promise<Outcome<Data[keyof Data]>> => {
    const document = documentOf(operation)
    const context = { requestPolicy: 'network-only' } as const
    return outcomeOf<Data>(await client.query(document, variables as Variables & Record<string, unknown>, context))
  }
}
