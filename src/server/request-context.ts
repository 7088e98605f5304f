import type { IncomingMessage, ServerResponse } from 'node:http'
import type { LimitsState } from '../domain/limits/limits.ts'
import type { Viewer } from '../domain/people/viewer.ts'
import type { Cost } from './query-limits.ts'
import type { SessionCookie } from './session-cookie.ts'
import type { UnsentAccount } from './unsent-bytes.ts'

/** One request with its answer: an HTTP request, or an operation on a WebSocket. */
export interface RequestContext {
  request: IncomingMessage
  /** Absent on a WebSocket. */
  response?: ServerResponse
  /** Unsent bytes of the answer. Absent on a WebSocket, which counts for all of its operations. */
  unsent?: UnsentAccount
  ip: string | null
  /** Start time in milliseconds of `performance.now()`. */
  startedAt: number
  /** Cookies of the request; for a request to which no cookie may be given, the reason. */
  session: SessionCookie | string
  /** Token of the device of a browser. */
  device?: string | undefined
  /** Null without a credential, or with a refused one. */
  viewer: Viewer | null
  /** Reason why the presented key was refused. */
  refused?: unknown
  /** Reason for which the session of the cookie does not count. The request goes on without a credential, to sign in again. */
  ended?: Error
  /** State of the limits after this request; null for a key without limits, undefined before the limits were read. */
  limits?: LimitsState | null
  /** Maximum cost of the operation, set before it executes. */
  cost?: Cost
  /** Name of the persisted operation. */
  persisted?: string
  /** Name under which usage counts the operation, set before it executes. */
  operation?: string
  /** First error of the answer. */
  error?: { code: string; message: string }
  requestBytes: number
  /** Text of the request and the path of the variables within, until the operation executes. */
  source?: { text: string; path: readonly string[] }
  /** True once usage has recorded the request. */
  recorded?: true
}

/** The context that the transports pass to GraphQL and to every plugin. */
export interface ServerContext {
  requestContext: RequestContext
}
