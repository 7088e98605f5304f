import { useCallback, useEffect, useState } from 'react'
import { useMutation, useQuery } from 'urql'
import { documentOf } from './documents.ts'
import { askElevation } from './elevation.ts'
import type { Operation } from './operations.ts'

/** The answer of a query, with the previous one while variables change. */
export interface Answer<Data> {
  data: Data | undefined
  /** A sentence for the person; undefined without a fault. */
  fault: Fault | undefined
  isFetching: boolean
  /** The operation with its variables. */
  sent: { operation: Operation<Data, never>; variables: object }
  /** Reads again, past the cache. The same function at every drawing, so that an effect may depend on it. */
  refresh(): void
}

export interface Fault {
  code: string
  message: string
}

/** Reads a persisted query. */
export function useRead<Data, Variables extends object>(
  operation: Operation<Data, Variables>,
  variables: Variables,
  options: { pause?: boolean } = {},
): Answer<Data> {
  const [{ data, error, fetching, stale }, execute] = useQuery<Data>({
    query: documentOf(operation),
    variables: variables as Record<string, unknown>,
    requestPolicy: 'cache-and-network',
    pause: options.pause ?? false,
  })
  const refresh = useCallback(() => execute({ requestPolicy: 'network-only' }), [execute])
  const [last, setLast] = useState(data)
  useEffect(() => {
    if (data !== undefined) setLast(data)
  }, [data])
  return {
    data: data ?? last,
    fault: error === undefined ? undefined : faultOf(error),
    isFetching: fetching || stale,
    sent: { operation: operation as Operation<Data, never>, variables },
    refresh,
  }
}

interface WithFault {
  graphQLErrors: readonly { message: string; extensions: Record<string, unknown> }[]
  networkError?: Error | undefined
}

/** The first fault of an answer, as the server words it. */
function faultOf({ graphQLErrors: [first], networkError }: WithFault): Fault {
  if (first !== undefined) return { code: String(first.extensions.code ?? 'INTERNAL'), message: first.message }
  return { code: 'NETWORK', message: networkError?.message ?? '' }
}

/** Members of result unions that tell of a refusal. */
interface RefusalMember {
  code?: string
  message?: string
  issues?: readonly { path: string; message: string }[]
}

/** The outcome of a mutation: its payload, or the refusal as the server words it. */
export type Outcome<Result> = { payload: Result } | { refusal: Refusal }

/** A refusal; `issues` has the broken rule of each field by its path below `input`. */
export interface Refusal extends Fault {
  issues: Record<string, string>
}

/** A refusal of the page itself, at one field. */
export const refusalOf = (field: string, message: string): { refusal: Refusal } => ({
  refusal: { code: 'VALIDATION_FAILED', message, issues: { [field]: message } },
})

/** Sends a persisted mutation. `send` never throws: a refusal is a value that a form shows at its fields. */
export function useChange<Data, Variables extends object>(operation: Operation<Data, Variables>) {
  const [{ fetching }, execute] = useMutation<Data>(documentOf(operation))

  async function send(variables: Variables): Promise<Outcome<Data[keyof Data]>> {
    const { data, error } = await execute(variables as Record<string, unknown>)
    const outcome = outcomeOf<Data>({ data, error })
    const isElevationAsked = 'refusal' in outcome && outcome.refusal.code === 'REAUTHENTICATION_REQUIRED'
    return isElevationAsked && (await askElevation()) ? send(variables) : outcome
  }
  return { send, isSending: fetching }
}

/** The outcome of the only field of an answer. */
export function outcomeOf<Data>({
  data,
  error,
}: {
  data?: Data | undefined
  error?: WithFault | undefined
}): Outcome<Data[keyof Data]> {
  if (error !== undefined) return { refusal: { ...faultOf(error), issues: {} } }
  const [result] = Object.values(data ?? {}) as [Data[keyof Data] & RefusalMember]
  if (result?.code === undefined || result.message === undefined) return { payload: result }
  const issues = Object.fromEntries(
    (result.issues ?? []).map(({ path, message }) => [path.replace(/^input\./, ''), message]),
  )
  return { refusal: { code: result.code, message: result.message, issues } }
}
