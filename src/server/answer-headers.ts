import type { ServerResponse } from 'node:http'
import type { Plugin } from 'graphql-yoga'

/** Headers of every answer of /graphql: no cache stores it, and the named fields of the request decide it. */
const ANSWER_HEADERS = {
  'cache-control': 'no-store',
  vary: 'authorization, x-api-key, cookie, origin, signalbox-organization, accept, accept-encoding',
  'x-content-type-options': 'nosniff',
}

/** The media types that an answer 406 names. Yoga would repeat them for each media type of the request. */
const MEDIA_TYPES = 'application/graphql-response+json, application/json, text/event-stream'

/** Sets the headers before anything else can answer, such as a refusal of the body. */
export function setAnswerHeaders(response: ServerResponse): void {
  for (const [name, value] of Object.entries(ANSWER_HEADERS)) response.setHeader(name, value)
}

/** Sets the headers again, because Yoga has its own for streams of events. */
export const answerHeaders: Plugin = {
  onResponse({ response }) {
    for (const [name, value] of Object.entries(ANSWER_HEADERS)) response.headers.set(name, value)
    if (response.status === 406) response.headers.set('accept', MEDIA_TYPES)
  },
}
