import { createNetworks, isPublicAddress, parseAddress } from '../../lib/networks.ts'
import { withTimeout } from '../../lib/timeout.ts'
import { createDnsResolver, type Resolve } from './dns-resolver.ts'

const URL_LENGTH = 2_048
/** Maximum lengths of a DNS name and of one label (RFC 1035, section 2.3.4). */
const HOST_LENGTH = 253
const LABEL_LENGTH = 63
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
      const fault = formViolation(text)
      if (fault !== undefined) return fault
      const url = new URL(text)
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

/** The fault in the form of a URL. The parser of URLs accepts, or silently repairs, more than a request can reach. */
function formViolation(text: string): string | undefined {
  // Parsing takes a second for megabytes.
  const url = text.length > URL_LENGTH ? null : URL.parse(text)
  if (url === null)
    return `must be an absolute URL of at most ${URL_LENGTH} characters, such as https://example.com/webhooks`
  // biome-ignore lint/suspicious/noControlCharactersInRegex: The parser removes these characters without notice.
  if (/[\s\\\x00-\x1f\x7f]/.test(text)) return 'must have no white space, control characters or backslashes'
  const { protocol, hostname } = url
  if (protocol !== 'https:' && protocol !== 'http:') return 'must begin with https://'
  if (url.username !== '' || url.password !== '')
    return 'must not contain a user name or password; use a custom header instead'
  if (url.hash !== '' || text.endsWith('#')) return 'must have no fragment (#…), which is never sent'
  if (url.port === '0') return 'must not name the port 0, to which nothing can connect'
  // A dot at the end names the root of the DNS.
  const labels = hostname.replace(/\.$/, '').split('.')
  if (labels.some((label) => label === ''))
    return 'must have no empty label in its host name: two dots follow each other'
  if (
    hostname.length > HOST_LENGTH ||
    (!hostname.startsWith('[') && labels.some(({ length }) => length > LABEL_LENGTH))
  )
    return `must have a host name of at most ${HOST_LENGTH} characters, and at most ${LABEL_LENGTH} between two dots`
  return undefined
}
