import { createHash } from 'node:crypto'
import { type ExecutionArgs, type ExecutionResult, execute, print } from 'graphql'
import type { Context } from '../../schema/builder.ts'

/** Maximum shared results; past it all are dropped, and later subscribers execute their messages themselves. */
const SHARED_RESULTS = 1_000

type Result = ExecutionResult | Promise<ExecutionResult>

/**
 * Key of a message among the messages of its organization: messages with the same key are equal. Undefined for a message
 * without content, on which each subscriber reads the current state.
 */
export type MessageKey = (message: unknown) => string | undefined

/** Executes one message of a subscription. */
export type ExecuteMessage = (message: unknown) => Result

/**
 * Shares an execution between subscribers with the same document, variables, organization and permissions, if they reach
 * its message before the execution and its turn of the event loop end. Results with errors are not shared, because a
 * refusal is audited for each principal.
 */
export function createSharedExecutions(messageKey: MessageKey) {
  const results = new Map<string, Result>()

  function dropAfterTurn(key: string, result: Result): void {
    setImmediate(() => {
      if (results.get(key) === result) results.delete(key)
    })
  }

  function keep(key: string, result: Result): void {
    if (results.size >= SHARED_RESULTS) results.clear()
    results.set(key, result)
    const drop = () => dropAfterTurn(key, result)
    if (result instanceof Promise) result.then(drop, drop)
    else drop()
  }

  return {
    /** Number of results kept for other subscribers. */
    kept: () => results.size,

    /** @param args arguments of the subscription, with the context of its subscriber */
    of(args: ExecutionArgs): ExecuteMessage {
      const subscription = keyOf(args)
      return (message) => {
        const own = () => execute({ ...args, rootValue: message }) as Result
        const place = messageKey(message)
        if (place === undefined) return own()
        const key = `${subscription} ${place}`
        const shared = results.get(key)
        if (shared instanceof Promise) return shared.then((result) => (result.errors ? own() : result), own)
        if (shared !== undefined) return shared
        const result = own()
        if (result instanceof Promise || !result.errors) keep(key, result)
        return result
      }
    },
  }
}

/** Key of everything that a result depends on, apart from the message. A hash, because variables may be long. */
function keyOf({ document, operationName, variableValues, contextValue }: ExecutionArgs): string {
  const { viewer } = contextValue as Context
  const parts = [print(document), operationName, variableValues, viewer?.organizationId, viewer?.permissions]
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64')
}
