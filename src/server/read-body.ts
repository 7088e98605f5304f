import { GraphQLError } from 'graphql'
import type { GraphQLParams, Plugin } from 'graphql-yoga'
import { decodeUtf8, JsonError, readJson } from '../lib/json-text.ts'
import type { ServerContext } from './request-context.ts'

/** Reads the JSON body of a POST request and keeps its text for `keepJsonText`. */
export const readBody: Plugin<object, ServerContext> = {
  onRequestParse({ request, serverContext, setRequestParser }) {
    if (request.method !== 'POST') return
    setRequestParser(async () => {
      const bytes = new Uint8Array(await request.arrayBuffer())
      try {
        const text = decodeUtf8(bytes)
        const body = readJson(text)
        if (typeof body !== 'object' || body === null)
          throw new JsonError('The body must be a JSON object with the fields query and variables.')
        serverContext.requestContext.source = { text, path: ['variables'] }
        return body as GraphQLParams
      } catch (error) {
        throw toBadRequest(error)
      }
    })
  },
}

/** A malformed request as its answer: status 400 with the reason. */
export function toBadRequest(error: unknown): unknown {
  if (!(error instanceof JsonError)) return error
  return new GraphQLError(error.message, { extensions: { code: 'BAD_REQUEST', http: { status: 400 } } })
}
