import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLSchema,
} from 'graphql'
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit'
import type { Plugin } from 'graphql-yoga'

/**
 * Runs what a subscription asks of each message as code made for it once. A subscription executes the same document for
 * every change of every delivery, and the executor would walk through document and schema each time: more than half of
 * what a message costs.
 */
export const compiledSubscriptions: Plugin = {
  onSubscribe: ({ setSubscribeFn }) => setSubscribeFn(subscribe),
}

/** Documents are remembered by Yoga for as long as they are in use; what was made of them lives as long. */
const compiled = new WeakMap<DocumentNode, Map<string, CompiledQuery>>()

function compile(schema: GraphQLSchema, document: DocumentNode, operationName = ''): CompiledQuery | ExecutionResult {
  const known = compiled.get(document)
  const made = known?.get(operationName) ?? compileQuery(schema, document, operationName)
  if (isCompiledQuery(made)) compiled.set(document, (known ?? new Map()).set(operationName, made))
  return made as CompiledQuery | ExecutionResult
}

async function subscribe(args: ExecutionArgs): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult> {
  const { schema, document, operationName, contextValue, variableValues } = args
  const query = compile(schema, document, operationName ?? undefined)
  if (!('query' in query)) return query
  const source = await createSourceEventStream(args)
  if (!(Symbol.asyncIterator in source)) return source
  return answers(source, (message) => query.query(message, contextValue, variableValues))
}

/** Written out: a generator that waits for a message would hear of its end only after the next one. */
function answers<T>(
  source: AsyncIterable<unknown>,
  answer: (message: unknown) => T | Promise<T>,
): AsyncIterableIterator<T> {
  const messages = source[Symbol.asyncIterator]()
  return {
    async next() {
      const { done, value } = await messages.next()
      return done ? { done, value } : { done: false, value: await answer(value) }
    },
    async return() {
      await messages.return?.()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
