import { lookup, Resolver } from 'node:dns/promises'
import { readFile } from 'node:fs/promises'

const TIMEOUT_MS = 2_000
const TRIES = 2
const HOSTS = '/etc/hosts'
/** The name servers have no address for the name; anything else is no answer. */
const NO_ADDRESS = ['ENOTFOUND', 'ENODATA']

interface Address {
  address: string
  family: number
}

/** All addresses of a name. Handed in, so that a test can make a name change its answer. */
export type Resolve = (hostname: string) => Promise<Address[]>

/** A name was not resolved; `code` is as the system's own look-up says it. */
export class NameError extends Error {
  readonly code: 'ENOTFOUND' | 'EAI_AGAIN'

  constructor(hostname: string, code: string) {
    super(`${hostname}: ${code}`)
    this.code = NO_ADDRESS.includes(code) ? 'ENOTFOUND' : 'EAI_AGAIN'
  }
}

/**
 * Asks the name servers itself. The system's look-up holds one of a few threads until it is answered, so that names whose
 * servers are silent would hold up everybody else's. Names without a dot and those in /etc/hosts are the operator's: they go
 * the system's way.
 *
 * @param options.servers instead of the system's
 * @param options.timeoutMs for each of two tries
 * @returns a look-up that rejects with a NameError
 */
export function createResolve(options: { servers?: string[]; timeoutMs?: number } = {}): Resolve {
  return async (hostname) => {
    if (!hostname.includes('.') || (await isInHosts(hostname)))
      return lookup(hostname, { all: true, verbatim: true }).catch((error) => {
        throw new NameError(hostname, error.code)
      })
    // One for each: it reads the servers of the system, which may change.
    const resolver = new Resolver({ timeout: options.timeoutMs ?? TIMEOUT_MS, tries: TRIES })
    if (options.servers !== undefined) resolver.setServers(options.servers)
    const [ipv4, ipv6] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)])
    const found = [...addresses(ipv4, 4), ...addresses(ipv6, 6)]
    if (found.length > 0) return found
    const codes = [ipv4, ipv6].map((answer) => (answer.status === 'rejected' ? String(answer.reason.code) : 'ENODATA'))
    throw new NameError(hostname, codes.find((code) => !NO_ADDRESS.includes(code)) ?? 'ENOTFOUND')
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
