import type { LookupFunction } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { buildConnector } from 'undici'
import type { ForbiddenTargetError, TargetPolicy } from '../src/domain/endpoints/target-policy.ts'
import { watchResponses } from './watch-responses.ts'

const CONNECT_MS = 30_000
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
          watchResponses(socket)
          const untrusted = protocol === 'https:' ? verifyCertificate(socket as TLSSocket) : undefined
          if (untrusted === undefined) return callback(null, socket)
          socket.destroy()
          callback(untrusted, null)
        })
      },
      (error: Error) => callback(error, null),
    )
  }
}

function verifyCertificate(socket: TLSSocket): CertificateError | undefined {
  if (socket.authorized) return undefined
  const code = String(socket.authorizationError ?? 'CERT_UNTRUSTED')
  return new CertificateError(code, socket.getPeerCertificate().valid_to ?? '')
}
