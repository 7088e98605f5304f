import { GraphQLError } from 'graphql'
import type { GraphQLParams, Plugin } from 'graphql-yoga'
import pLimit from 'p-limit'
import { decodeUtf8, JsonError, readJson, readLargeJson } from '../lib/json-text.ts'
import type { ServerContext } from './request-context.ts'

/** Bytes from which a body is large: read in several turns of the event loop, one such body at a time. */
const LARGE_BYTES = 256 * 1024

const oneLargeBody = pLimit(1)

/** Reads the parameters of a request and keeps their text for `keepJsonText`. */
export const readParameters: Plugin<object, ServerContext> = {
  onRequestParse({ request, serverContext, setRequestParser }) {
    const { requestContext } = serverContext
    if (request.method === 'GET')
      setRequestParser(() => orBadRequest(() => readQuery(new URL(request.url).searchParams, requestContext)))
    if (request.method === 'POST')
      setRequestParser(async () => {
        const bytes = new Uint8Array(await request.arrayBuffer())
        if (bytes.length > LARGE_BYTES) return oneLargeBody(() => readLargeBody(bytes, requestContext))
        return orBadRequest(() => readBody(bytes, requestContext))
      })
  },
}

function readBody(bytes: Uint8Array, requestContext: ServerContext['requestContext']): GraphQLParams {
  const text = decodeUtf8(bytes)
  return paramsOf(readJson(text), text, requestContext)
}

async function readLargeBody(bytes: Uint8Array, requestContext: ServerContext['requestContext']) {
  try {
    const text = decodeUtf8(bytes)
    return paramsOf(await readLargeJson(text), text, requestContext)
  } catch (error) {
    throw toBadRequest(error)
  }
}

function paramsOf(body: unknown, text: string, requestContext: ServerContext['requestContext']): GraphQLParams {
  if (typeof body !== 'object' || body === null)
    throw new JsonError('The body must be a JSON object with the fields query and variables.')
  requestContext.source = { text, path: ['variables'] }
  return body as GraphQLParams
}

function readQuery(parameters: URLSearchParams, requestContext: ServerContext['requestContext']): GraphQLParams {
  const variables = parameters.get('variables')
  if (variables !== null) requestContext.source = { text: variables, path: [] }
  const params: Record<string, unknown> = {}
  for (const name of ['query', 'operationName'] as const) params[name] = parameters.get(name) ?? undefined
  for (const name of ['variables', 'extensions'] as const) {
    const text = parameters.get(name)
    if (text !== null) params[name] = readJson(text, `The URL parameter ${name}`)
  }
  return params
}

function orBadRequest<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw toBadRequest(error)
  }
}

/** A malformed request as its answer: status 400 with the reason. */
export function toBadRequest(error: unknown): unknown {
  if (!(error instanceof JsonError)) return error
  return new GraphQLError(error.message, { extensions: { code: 'BAD_REQUEST', http: { status: 400 } } })
}
