import type { LookupFunction, Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { buildConnector } from 'undici'
import type { ForbiddenTargetError, TargetPolicy } from '../src/domain/endpoints/target-policy.ts'
import { collectEvidence } from './connection-evidence.ts'

const CONNECT_MS = 30_000
/**
 * Maximum bytes that a connection carries for one response: heads, chunk framing and body. A body of 64 KiB in chunks
 * of one byte takes 384 KiB.
 */
export const CONNECTION_BYTES = 512 * 1024

/** A part of the response is past its bound, and the connection was closed. */
export class ResponseTooLargeError extends Error {
  readonly code = 'RESPONSE_TOO_LARGE'
}

/** The certificate of the receiver is not trusted. */
export class CertificateError extends Error {
  /** Node's code, such as CERT_HAS_EXPIRED. */
  readonly code: string
  /** End of the certificate's validity. */
  readonly validTo: string

  constructor(code: string, validTo: string) {
    super(code)
    this.code = code
    this.validTo = validTo
  }
}

/**
 * Opens connections for undici. Every resolved address is checked when connecting and the socket goes to exactly that
 * address, so a name that changes its answer gains nothing.
 *
 * @param options.ca certificate authorities besides the system's
 */
export function createConnector(targets: TargetPolicy, options: { ca?: string } = {}): buildConnector.connector {
  const connectors = { 'http:': connectorFor('http:'), 'https:': connectorFor('https:') }

  function connectorFor(protocol: string): buildConnector.connector {
    const lookup: LookupFunction = (hostname, lookupOptions, callback) => {
      targets.resolve(hostname, protocol).then(
        (found) => {
          if (lookupOptions.all) callback(null, found)
          else callback(null, found[0]!.address, found[0]!.family)
        },
        (error: ForbiddenTargetError | NodeJS.ErrnoException) => callback(error, ''),
      )
    }
    return buildConnector({
      lookup,
      timeout: CONNECT_MS,
      allowH2: false,
      // The certificate is verified below, where the socket can still tell the reason. A resumed session would skip the
      // check of the host name, so sessions are not kept.
      rejectUnauthorized: false,
      maxCachedSessions: 0,
      ...(options.ca && { ca: options.ca }),
    })
  }

  return (target, callback) => {
    const protocol = target.protocol === 'https:' ? 'https:' : 'http:'
    // A literal address is checked here; a name is checked when it resolves.
    const isAddress = /^\[|^[\d.]+$/.test(target.hostname) || target.hostname.includes(':')
    const checked = isAddress ? targets.resolve(target.hostname, protocol) : Promise.resolve()
    checked.then(
      () => {
        connectors[protocol](target, (...[error, socket]) => {
          if (error !== null) return callback(error, null)
          collectEvidence(socket)
          const untrusted = protocol === 'https:' ? verifyCertificate(socket as TLSSocket) : undefined
          if (untrusted === undefined) {
            boundResponses(socket)
            return callback(null, socket)
          }
          socket.destroy()
          callback(untrusted, null)
        })
      },
      (error: Error) => callback(error, null),
    )
  }
}

/**
 * Closes the connection when one response takes more than CONNECTION_BYTES. Interim responses and chunk extensions reach
 * no handler of undici with their size.
 */
function boundResponses(socket: Socket): void {
  let [written, read, before] = [socket.bytesWritten, socket.bytesRead, socket.bytesRead]
  socket.on('readable', () => {
    // A request is written at once, and a connection carries one at a time.
    if (socket.bytesWritten !== written) before = read
    written = socket.bytesWritten
    read = socket.bytesRead
    if (read - before > CONNECTION_BYTES) socket.destroy(new ResponseTooLargeError('connection'))
  })
}

function verifyCertificate(socket: TLSSocket): CertificateError | undefined {
  if (socket.authorized) return undefined
  const code = String(socket.authorizationError ?? 'CERT_UNTRUSTED')
  return new CertificateError(code, socket.getPeerCertificate().valid_to ?? '')
}
