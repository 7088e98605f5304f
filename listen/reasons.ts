import { STATUS_CODES } from 'node:http'
import type { Row } from './listener.ts'

/** Short reasons of failures, which fit a column of 27 characters. */
const REASONS: Record<string, string> = {
  CONNECTION_FAILED: 'The connection failed',
  CONNECTION_REFUSED: 'Nothing listens there',
  CONNECTION_RESET: 'Closed before the answer',
  DNS_FAILED: 'The name was not found',
  RESPONSE_INVALID: 'The answer is no valid HTTP',
  RESPONSE_TOO_LARGE: 'The answer is too large',
  TIMEOUT: 'No answer in time',
  TLS_CERTIFICATE: 'The certificate is invalid',
  TLS_FAILED: 'The TLS handshake failed',
  UNREACHABLE: 'There is no route',
}

/** Short reason of the result of a delivery. */
export function reasonOf({ statusCode, errorCode, acknowledgement }: Row): string {
  if (acknowledgement === 'STALE') return 'Lease lost: it comes again'
  if (acknowledgement === 'FAILED') return 'Not acknowledged'
  return errorCode === undefined ? (STATUS_CODES[statusCode ?? 0] ?? '') : (REASONS[errorCode] ?? errorCode)
}

/** Time of day on this machine. */
export const timeOf = (at: Date) => at.toTimeString().slice(0, 8)

export const durationOf = (ms: number) => (ms < 10_000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`)

/** Text without control characters, which could move the cursor of a terminal. */
export const printable = (text: string) => text.replace(/\p{C}/gu, '\uFFFD')
