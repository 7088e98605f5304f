import { STATUS_CODES } from 'node:http'
import type { Failure } from './attempt-outcome.ts'

/**
 * The reason why a response is a failure; undefined for a 2xx.
 *
 * @param receiver names the receiver at the beginning of a sentence
 * @param setting names the thing that holds the URL of the receiver
 */
export function explainStatus(status: number, receiver: string, setting: 'endpoint' | 'listener'): Failure | undefined {
  if (status >= 200 && status < 300) return undefined
  const answer = `${receiver} answered ${status}${STATUS_CODES[status] ? ` ${STATUS_CODES[status]}` : ''}`
  if (status === 410) return { code: 'GONE', message: `${answer}: the receiver wants no more webhooks.` }
  if (status === 429) return { code: 'RATE_LIMITED', message: `${answer}: the receiver asks for fewer requests.` }
  if (status >= 300 && status < 400)
    return {
      code: 'REDIRECTED',
      message: `${answer}: redirects are not followed. Set the ${setting} to its final URL.`,
    }
  if (status === 401 || status === 403)
    return {
      code: 'HTTP_CLIENT_ERROR',
      message: `${answer}: check the custom headers and any gateway in front of the receiver.`,
    }
  if (status >= 400 && status < 500)
    return {
      code: 'HTTP_CLIENT_ERROR',
      message: `${answer}: check the URL of the ${setting} and the receiver's logs.`,
    }
  return { code: 'HTTP_SERVER_ERROR', message: `${answer}: check the receiver's logs.` }
}
