import type { Exchange, Failure } from '../src/domain/deliveries/attempt-outcome.ts'
import { explainStatus } from '../src/domain/deliveries/status-failure.ts'
import { ForbiddenTargetError } from '../src/domain/endpoints/target-policy.ts'
import { UnpreparedError } from './build-request.ts'
import { DeadlineError, InterimResponseError, InterruptedError, isInvalidResponse } from './http-sender.ts'
import { CertificateError } from './ssrf-safe-connector.ts'
import { evidenceOf, ResponseTooLargeError } from './watch-responses.ts'

/** The reason of a failed attempt; undefined for a 2xx whose response ended in time. */
export function explainFailure(exchange: Exchange, host: string, timeoutSeconds: number): Failure | undefined {
  if (exchange.error !== null) return explainError(exchange.error, host, exchange.statusCode, timeoutSeconds)
  return explainStatus(exchange.statusCode ?? 0, host, 'endpoint')
}

function explainError(error: unknown, host: string, status: number | null, timeoutSeconds: number): Failure {
  if (error instanceof DeadlineError) {
    const what = error.phase === 'headers' ? 'did not answer' : `answered ${status} but did not finish its response`
    return { code: 'TIMEOUT', message: `${host} ${what} within ${timeoutSeconds} s.` }
  }
  if (error instanceof UnpreparedError)
    return {
      code: 'INTERNAL',
      message: 'Signalbox could not build the request. The operator finds the reason in the log.',
    }
  if (error instanceof InterruptedError)
    return {
      code: 'INTERRUPTED',
      message: `Signalbox stopped during the request to ${host}. The delivery is sent again.`,
    }
  if (error instanceof InterimResponseError)
    return {
      code: 'INTERIM_RESPONSE',
      message: `${host} sent an interim response that was not asked for. Sent again at once by a client that reads such responses.`,
    }
  if (error instanceof ForbiddenTargetError)
    return { code: 'TARGET_FORBIDDEN', message: `Not sent: ${error.message}. Set another URL for the endpoint.` }
  if (error instanceof CertificateError) return { code: 'TLS_CERTIFICATE', message: explainCertificate(error, host) }
  if (error instanceof ResponseTooLargeError)
    return { code: 'RESPONSE_TOO_LARGE', message: `${host} sent more than a response may have.` }
  const { code: ownCode = '' } = error as NodeJS.ErrnoException
  // An alert after the handshake ends the connection, and undici reports only the end.
  const firstCode = evidenceOf(error)?.firstCode
  const code = firstCode?.startsWith('ERR_SSL') ? firstCode : ownCode
  if (isInvalidResponse(error as Error)) return invalidResponse(host, status)
  const known = byCode(code, host)
  // Messages of libraries are not shown: they name code of Signalbox and quote the receiver.
  return known ?? { code: 'CONNECTION_FAILED', message: `The connection to ${host} failed${causeOf(code)}.` }
}

/** The code of an error of the operating system or of TLS, in brackets. */
function causeOf(code: string): string {
  return /^[A-Z][A-Z0-9_]{1,50}$/.test(code) ? ` (${code})` : ''
}

function invalidResponse(host: string, status: number | null): Failure {
  const answer =
    status === null
      ? 'did not answer in valid HTTP.'
      : `answered ${status} in invalid HTTP: check its headers and body length.`
  return { code: 'RESPONSE_INVALID', message: `${host} ${answer}` }
}

function byCode(code: string, host: string): Failure | undefined {
  switch (code) {
    case 'EAI_AGAIN':
      return { code: 'DNS_FAILED', message: `No name server answered for ${host}: check its DNS records.` }
    case 'ENOTFOUND':
      return { code: 'DNS_FAILED', message: `The name of ${host} was not found: check its DNS records.` }
    case 'ECONNREFUSED':
      return { code: 'CONNECTION_REFUSED', message: `${host} refused the connection: nothing listens there.` }
    case 'ECONNRESET':
    case 'EPIPE':
    case 'UND_ERR_SOCKET':
      return { code: 'CONNECTION_RESET', message: `${host} closed the connection before it answered.` }
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return { code: 'UNREACHABLE', message: `There is no route to ${host}.` }
    case 'ETIMEDOUT':
    case 'UND_ERR_CONNECT_TIMEOUT':
      return { code: 'TIMEOUT', message: `${host} did not accept the connection in time.` }
    case 'UND_ERR_HEADERS_OVERFLOW':
    case 'HPE_HEADER_OVERFLOW':
      return { code: 'RESPONSE_TOO_LARGE', message: `${host} answered with more than 16 KiB of headers.` }
  }
  if (code.startsWith('ERR_SSL') || code === 'EPROTO') return { code: 'TLS_FAILED', message: explainTls(code, host) }
  return undefined
}

/** The reason of a failed TLS handshake, by the alert of the receiver (RFC 8446, section 6) or the fault of OpenSSL. */
function explainTls(code: string, host: string): string {
  if (code.endsWith('CERTIFICATE_REQUIRED'))
    return `${host} asks for a client certificate, which Signalbox has not. Accept requests without one and verify signatures.`
  if (code.endsWith('ALERT_HANDSHAKE_FAILURE'))
    return `${host} refused the TLS handshake: it asks for a client certificate, or shares no cipher with Signalbox.`
  if (code.endsWith('NO_APPLICATION_PROTOCOL')) return `${host} speaks HTTP/2 only: enable HTTP/1.1 there as well.`
  if (code.endsWith('PROTOCOL_VERSION') || code.endsWith('UNSUPPORTED_PROTOCOL'))
    return `${host} speaks only versions of TLS that are out of use: enable TLS 1.2 or 1.3 there.`
  if (code.endsWith('UNRECOGNIZED_NAME'))
    return `${host} has no TLS configuration for this name: check its server names.`
  if (code.endsWith('WRONG_VERSION_NUMBER')) return `${host} does not speak TLS on this port: check its port.`
  return `${host} does not speak TLS as expected: check its port and TLS settings.`
}

function explainCertificate({ code, validTo }: CertificateError, host: string): string {
  const certificate = `The certificate of ${host}`
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return `${certificate} expired on ${new Date(validTo).toUTCString().slice(5, 16)}: renew it.`
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `${certificate} is for another name: install one for this host.`
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
      return `${certificate} is self-signed: use one from a public authority.`
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return `${certificate} has an incomplete chain or an unknown authority: serve the full chain.`
    default:
      return `${certificate} is not trusted (${code}).`
  }
}
