import type { IncomingMessage, ServerResponse } from 'node:http'
import type { LimitsState } from '../domain/limits/limits.ts'
import type { Viewer } from '../domain/people/viewer.ts'
import type { Cost } from './query-limits.ts'

/** One request with its answer, whatever it came over: an HTTP request, or an operation on a WebSocket. */
export interface Exchange {
  request: IncomingMessage
  /** Absent on a WebSocket. */
  response?: ServerResponse
  ip: string | null
  /** When it began, on the clock of `performance`. */
  startedAt: number
  /** Null: no key was presented, or it was refused. */
  viewer: Viewer | null
  /** Why the key that was presented was refused. */
  refused?: unknown
  /** The limits of the key after this, once they were asked; null: it has none. */
  limits?: LimitsState | null
  /** What the operation may cost, once it is about to be executed. */
  cost?: Cost
  /** The name of the persisted operation that was sent. */
  persisted?: string
  /** What usage counts it as, once it is about to be executed. */
  operation?: string
  /** The first error of the answer. */
  error?: { code: string; message: string }
  requestBytes: number
  /** Usage has it already. */
  recorded?: true
}

/** What the transports hand to GraphQL, and every hook of the server finds in the context. */
export interface ServerContext {
  exchange: Exchange
}
