import type { IncomingMessage } from 'node:http'
import { LRUCache } from 'lru-cache'
import type { Credentials } from '../domain/keys/authenticate.ts'
import { REASON_CHARACTERS } from '../domain/people/operator-visits.ts'
import { UnauthenticatedError } from '../lib/errors.ts'
import { createNetworks, parseAddress } from '../lib/networks.ts'
import { textViolation } from '../lib/storable-text.ts'

/** Header by which a platform key names the organization to act in, by its id or external id. */
export const ORGANIZATION_HEADER = 'signalbox-organization'
/** Header in which a person of the operator gives the reason for acting in another organization. */
export const REASON_HEADER = 'signalbox-reason'

/** Characters of a reason that nobody would see in the audit trail: control and format characters, fillers, the blank of Braille. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u
/** Maximum cached peer addresses; most connections come from few. */
const PEERS_REMEMBERED = 1_000

/**
 * Reads the credentials of a request or a `connection_init`. Undefined when none are presented, which is no error by
 * itself.
 */
export function readCredentials(
  fields: (name: string) => unknown,
  about: { ip: string | null; requestId: string },
): Credentials | undefined {
  for (const name of [ORGANIZATION_HEADER, 'authorization', 'x-api-key']) {
    const fault = textViolation(text(fields(name)) ?? '')
    if (fault !== undefined) throw new UnauthenticatedError(`The field ${name} of the request ${fault}`)
  }
  const organization = readOrganization(fields)
  const authorization = text(fields('authorization'))
  // GraphiQL opens with the bare word, for the key to be added.
  const isEmpty = authorization === undefined || /^Bearer\s*$/i.test(authorization)
  const bearer = authorization?.match(/^Bearer +(\S+)$/i)?.[1]
  if (!isEmpty && bearer === undefined)
    throw new UnauthenticatedError('The Authorization header must be "Bearer", a space, and the API key.')
  const header = text(fields('x-api-key'))
  if (bearer !== undefined && header !== undefined && bearer !== header)
    throw new UnauthenticatedError('Authorization and X-API-Key hold different API keys. Send one of them.')
  const token = bearer ?? header
  return token === undefined ? undefined : { token, organization, ...about }
}

/** The organization in which a request wants to act. */
export function readOrganization(fields: (name: string) => unknown): string | undefined {
  // Falling back to the own organization would act in the wrong one.
  if (fields(ORGANIZATION_HEADER) === '')
    throw new UnauthenticatedError(
      'The header Signalbox-Organization is empty. Send the id or external id of an organization, or leave the header out.',
    )
  return text(fields(ORGANIZATION_HEADER))
}

/** The reason for which a person of the operator acts in another organization. */
export function readReason(fields: (name: string) => unknown): string | undefined {
  const reason = text(fields(REASON_HEADER))?.trim()
  const { least, most } = REASON_CHARACTERS
  const fault = textViolation(reason ?? '')
  if (fault !== undefined) throw new UnauthenticatedError(`The field ${REASON_HEADER} of the request ${fault}`)
  if (reason !== undefined && (reason.length < least || reason.length > most))
    throw new UnauthenticatedError(`The header Signalbox-Reason must have ${least} to ${most} characters.`)
  if (reason !== undefined && (UNSEEN.test(reason) || (reason.match(/[\p{L}\p{N}]/gu) ?? []).length < least))
    throw new UnauthenticatedError(
      `The header Signalbox-Reason must have at least ${least} letters or digits, and no control or invisible characters.`,
    )
  return reason
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/**
 * Reads the client address. `X-Forwarded-For` counts only when the peer is a trusted proxy: the last address that is no
 * trusted proxy, because the client may have written everything before that address.
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
