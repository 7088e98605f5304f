import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Plugin } from 'graphql-yoga'
import { acceptsGzip } from './media-type.ts'
import type { ServerContext } from './request-context.ts'

/** Characters from which an answer is compressed. Below, the answer fits few packets, and compressing costs more. */
export const COMPRESSED_FROM = 16 * 1024

const compress = promisify(gzip)

/**
 * Compresses large JSON answers for clients that accept gzip, off the event loop. Streams of events are not compressed:
 * each message must arrive at once.
 */
export const compressAnswers: Plugin<object, ServerContext> = {
  onResponse({ request, response, setResponse, fetchAPI }) {
    const { headers, status, statusText } = response
    if (!headers.get('content-type')?.includes('json')) return undefined
    const isLarge = Number(headers.get('content-length')) >= COMPRESSED_FROM
    if (!isLarge || !acceptsGzip(request.headers.get('accept-encoding') ?? undefined)) return undefined
    return compressed(response).then((body) => {
      headers.set('content-encoding', 'gzip')
      headers.set('content-length', String(body.length))
      setResponse(new fetchAPI.Response(body, { status, statusText, headers }))
    })
  },
}

const compressed = async (response: Response) => compress(await response.text())
