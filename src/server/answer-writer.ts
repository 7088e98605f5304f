import type { ServerResponse } from 'node:http'
import type { Plugin } from 'graphql-yoga'
import type { ServerContext } from './request-context.ts'
import { createSliceQueue, SLICE_BYTES } from './slice-queue.ts'
import type { UnsentAccount } from './unsent-bytes.ts'

type Chunk = string | Uint8Array | null | undefined

/**
 * Makes a response write large chunks in slices and count the unsent ones. Small chunks go the ordinary way, so most
 * answers cost one comparison.
 */
export function sliceAnswer(response: ServerResponse, account: UnsentAccount): void {
  const write: (chunk: unknown, sent?: (error?: Error | null) => void) => boolean = response.write.bind(response)
  const end: (chunk?: unknown) => ServerResponse = response.end.bind(response)
  let ended = false
  const queue = createSliceQueue({
    account,
    write: (slice, _isLast, sent) => write(slice, sent),
    refuse: () => response.destroy(),
    onEmpty: () => (ended ? end() : response.emit('drain')),
  })
  response.once('close', queue.close)
  const isDirect = (chunk: Chunk) => queue.isEmpty() && (chunk == null || chunk.length <= SLICE_BYTES)

  function writeSliced(chunk: string | Uint8Array): boolean {
    if (isDirect(chunk)) return write(chunk)
    queue.add(chunk)
    return false
  }
  function endSliced(chunk?: Chunk): ServerResponse {
    if (isDirect(chunk)) return chunk == null ? end() : end(chunk)
    ended = true
    if (chunk != null) queue.add(chunk)
    return response
  }
  response.write = writeSliced as ServerResponse['write']
  response.end = endSliced as ServerResponse['end']
}

/** Refuses a large answer while too many bytes of earlier answers wait to be read. */
export const refuseUnreadAnswers: Plugin<object, ServerContext> = {
  onResponse({ response, serverContext, setResponse, fetchAPI }) {
    const bytes = Number(response.headers.get('content-length') ?? 0)
    if (bytes <= SLICE_BYTES || serverContext?.requestContext.unsent?.fits(bytes) !== false) return
    const message =
      'Too many bytes of earlier answers wait to be read. Read those answers, then send the request again.'
    const body = JSON.stringify({ errors: [{ message, extensions: { code: 'UNREAD_ANSWERS' } }] })
    setResponse(new fetchAPI.Response(body, { status: 503, headers: { 'content-type': 'application/json' } }))
  },
}
