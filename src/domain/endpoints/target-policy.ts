import { createNetworks, isPublicAddress, parseAddress } from '../../lib/networks.ts'
import { withTimeout } from '../../lib/timeout.ts'
import { createDnsResolver, type Resolve } from './dns-resolver.ts'

const URL_LENGTH = 2_048
const LOOKUP_MS = 3_000

/** Decides which addresses webhooks may reach, at registration and again at every connection. */
export interface TargetPolicy {
  /** Why an endpoint with this URL is refused, or undefined. Resolves the name; a name without an answer passes. */
  checkUrl(url: string): Promise<string | undefined>
  /** Resolves the addresses to connect to. @throws ForbiddenTargetError when any address is forbidden */
  resolve(hostname: string, protocol: string): Promise<{ address: string; family: number }[]>
}

/** The name of an endpoint resolved to a forbidden address. */
export class ForbiddenTargetError extends Error {
  readonly code = 'TARGET_FORBIDDEN'
}

/**
 * @param options.allowedNetworks networks besides the public ones, for development or internal installations; plain
 *   HTTP is allowed there
 */
export function createTargetPolicy(options: { allowedNetworks: readonly string[]; resolve?: Resolve }): TargetPolicy {
  const lookup = options.resolve ?? createDnsResolver()
  const isAllowed = createNetworks(options.allowedNetworks)

  /** Why an address is refused. One forbidden address of a name refuses the whole name. */
  function refuse(address: string, protocol: string): string | undefined {
    if (isAllowed(address)) return undefined
    if (!isPublicAddress(address)) return `${address} is not an address of the public internet`
    if (protocol !== 'https:') return 'only https:// is allowed'
    return undefined
  }

  async function addressesOf(hostname: string): Promise<{ address: string; family: number }[]> {
    const literal = parseAddress(hostname.replace(/^\[|\]$/g, ''))
    if (literal === undefined) return lookup(hostname)
    return [{ address: literal.toString(), family: literal.kind() === 'ipv4' ? 4 : 6 }]
  }

  return {
    async checkUrl(text) {
      const url = URL.parse(text)
      if (url === null || text.length > URL_LENGTH) return `must be an absolute URL of at most ${URL_LENGTH} characters`
      if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must begin with https://'
      if (url.username !== '' || url.password !== '')
        return 'must not contain a user name or password; use a custom header instead'
      if (url.hash !== '') return 'must have no fragment (#…), which is never sent'
      const resolved = addressesOf(url.hostname).catch(() => undefined)
      const found = await withTimeout(resolved, LOOKUP_MS, undefined)
      if (found === undefined) return url.protocol === 'https:' ? undefined : 'must begin with https://'
      for (const { address } of found) {
        const why = refuse(address, url.protocol)
        if (why !== undefined) return `leads where webhooks may not go: ${why}`
      }
      return undefined
    },
    async resolve(hostname, protocol) {
      const found = await addressesOf(hostname)
      for (const { address } of found) {
        const why = refuse(address, protocol)
        if (why !== undefined) throw new ForbiddenTargetError(`${hostname}: ${why}`)
      }
      return found
    },
  }
}
