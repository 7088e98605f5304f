import type { IncomingMessage } from 'node:http'
import { LRUCache } from 'lru-cache'
import type { Credentials } from '../domain/keys/authenticate.ts'
import { UnauthenticatedError } from '../lib/errors.ts'
import { createNetworks, parseAddress } from '../lib/networks.ts'

/** The header by which a platform key names the organization that it acts in. */
export const ORGANIZATION_HEADER = 'signalbox-organization'

/** Addresses whose usual form is remembered: most connections come from few. */
const PEERS_REMEMBERED = 1_000

/** Reads what a request or a `connection_init` presents. Undefined: nothing, which is no mistake by itself. */
export function readCredentials(
  fields: (name: string) => unknown,
  about: { ip: string | null; requestId: string },
): Credentials | undefined {
  const organizationId = text(fields(ORGANIZATION_HEADER))
  // Acting in the key's own organization instead would be a surprise.
  if (fields(ORGANIZATION_HEADER) === '')
    throw new UnauthenticatedError(
      'The header Signalbox-Organization is empty. Send an organization id, or leave the header out.',
    )
  const authorization = text(fields('authorization'))
  // GraphiQL opens with the word alone, for the key to be put behind it.
  const isEmpty = authorization === undefined || /^Bearer\s*$/i.test(authorization)
  const bearer = authorization?.match(/^Bearer +(\S+)$/i)?.[1]
  if (!isEmpty && bearer === undefined)
    throw new UnauthenticatedError('The Authorization header must be "Bearer", a space, and the API key.')
  const header = text(fields('x-api-key'))
  if (bearer !== undefined && header !== undefined && bearer !== header)
    throw new UnauthenticatedError('Authorization and X-API-Key hold different API keys. Send one of them.')
  const token = bearer ?? header
  return token === undefined ? undefined : { token, organizationId, ...about }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/**
 * The address of the client. `X-Forwarded-For` counts only when the peer is a trusted proxy; then it is the last address
 * in it that is no trusted proxy itself, since whatever stands before that the client may have written.
 */
export function createClientIp(trustedProxies: readonly string[]): (request: IncomingMessage) => string | null {
  const isTrusted = createNetworks(trustedProxies)
  const peers = new LRUCache<string, { address: string | null }>({ max: PEERS_REMEMBERED })
  const peerOf = (text = '') => {
    const known = peers.get(text)
    if (known !== undefined) return known.address
    const address = parseAddress(text)?.toString() ?? null
    peers.set(text, { address })
    return address
  }
  return (request) => {
    const peer = peerOf(request.socket.remoteAddress)
    if (peer === null || trustedProxies.length === 0 || !isTrusted(peer)) return peer
    const forwarded = [request.headers['x-forwarded-for'] ?? ''].flat().join(',').split(',')
    for (const entry of forwarded.reverse()) {
      const address = parseAddress(entry.trim())?.toString()
      if (address === undefined) return peer
      if (!isTrusted(address)) return address
    }
    return peer
  }
}
