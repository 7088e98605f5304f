import { lookup, Resolver } from 'node:dns/promises'
import { readFile } from 'node:fs/promises'

const TIMEOUT_MS = 2_000
const TRIES = 2
const HOSTS = '/etc/hosts'
/** Codes for a name without an address. Every other code is a failed look-up. */
const NO_ADDRESS = ['ENOTFOUND', 'ENODATA']

interface Address {
  address: string
  family: number
}

/** Resolves all addresses of a name. Handed in, so that a test can change the answer of a name. */
export type Resolve = (hostname: string) => Promise<Address[]>

/** A failed look-up; `code` is the code of the system's resolver. */
export class DnsError extends Error {
  readonly code: 'ENOTFOUND' | 'EAI_AGAIN'

  constructor(hostname: string, code: string) {
    super(`${hostname}: ${code}`)
    this.code = NO_ADDRESS.includes(code) ? 'ENOTFOUND' : 'EAI_AGAIN'
  }
}

/**
 * Queries the name servers directly: the system's resolver holds one of a few threads per look-up, so silent name
 * servers of one tenant would block every other look-up. Names without a dot and names in /etc/hosts belong to the
 * operator and go through the system's resolver.
 *
 * @param options.servers default: the servers of the system
 * @param options.timeoutMs of each of two tries
 * @returns a resolver that rejects with a DnsError
 */
export function createDnsResolver(options: { servers?: string[]; timeoutMs?: number } = {}): Resolve {
  return async (hostname) => {
    if (!hostname.includes('.') || (await isInHosts(hostname)))
      return lookup(hostname, { all: true, verbatim: true }).catch((error) => {
        throw new DnsError(hostname, error.code)
      })
    // One resolver per look-up: it reads the servers of the system, which may change.
    const resolver = new Resolver({ timeout: options.timeoutMs ?? TIMEOUT_MS, tries: TRIES })
    if (options.servers !== undefined) resolver.setServers(options.servers)
    const [ipv4, ipv6] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)])
    const found = [...addresses(ipv4, 4), ...addresses(ipv6, 6)]
    if (found.length > 0) return found
    const codes = [ipv4, ipv6].map((answer) => (answer.status === 'rejected' ? String(answer.reason.code) : 'ENODATA'))
    throw new DnsError(hostname, codes.find((code) => !NO_ADDRESS.includes(code)) ?? 'ENOTFOUND')
  }
}

function addresses(answer: PromiseSettledResult<string[]>, family: number): Address[] {
  return answer.status === 'fulfilled' ? answer.value.map((address) => ({ address, family })) : []
}

async function isInHosts(hostname: string): Promise<boolean> {
  const text = await readFile(HOSTS, 'utf8').catch(() => '')
  return text
    .split('\n')
    .some((line) => line.replace(/#.*/, '').trim().toLowerCase().split(/\s+/).slice(1).includes(hostname))
}
