import ipaddr from 'ipaddr.js'

/** Maximum characters of an address with its zone. */
const ADDRESS_CHARACTERS = 100

/** Parses an address. An IPv4-mapped IPv6 address counts as IPv4; undefined for any other text. */
export function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  if (text.length > ADDRESS_CHARACTERS) return undefined
  const [address] = text.split('%', 1) as [string]
  // `isValid` also accepts 10.1 and 0x7f.1, which other software may read differently.
  if (!ipaddr.IPv4.isValidFourPartDecimal(address) && !ipaddr.IPv6.isValid(address)) return undefined
  return ipaddr.process(address)
}

export function isAddress(text: string): boolean {
  return parseAddress(text) !== undefined
}

/**
 * The part of an address that one client holds: an IPv4 address, or the /64 network of an IPv6 address. Limits by address
 * count by this part. A text that is no address is its own part.
 */
export function clientNetwork(text: string): string {
  const address = parseAddress(text)
  if (address === undefined || address.kind() === 'ipv4') return address?.toString() ?? text
  const network = (address as ipaddr.IPv6).parts.slice(0, 4).map((part) => part.toString(16))
  return `${network.join(':')}::/64`
}

/** True for a network such as 10.0.0.0/8 or fd00::/8, or a single address. */
export function isNetwork(text: string): boolean {
  return parseNetwork(text) !== undefined
}

/** True when every address of a network lies in one of the other networks. */
export function isWithin(network: string, others: readonly string[]): boolean {
  const inner = parseNetwork(network)
  if (inner === undefined) return false
  const [base, bits] = inner
  return others.some((other) => {
    const outer = parseNetwork(other)
    return outer !== undefined && outer[0].kind() === base.kind() && outer[1] <= bits && base.match(outer[0], outer[1])
  })
}

/** Creates a check whether an address lies in one of the networks. A malformed address lies in none. */
export function createNetworks(networks: readonly string[]): (address: string) => boolean {
  const parsed = networks.map(parseNetwork).filter((network) => network !== undefined)
  return (text) => {
    const address = parseAddress(text)
    if (address === undefined) return false
    return parsed.some(([base, bits]) => base.kind() === address.kind() && address.match(base, bits))
  }
}

const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3')
const documentation = ipaddr.IPv6.parseCIDR('3fff::/20')

/** True for addresses of the public internet: outside the IANA special-purpose registries (RFC 6890). */
export function isPublicAddress(text: string): boolean {
  const address = parseAddress(text)
  if (address === undefined || address.range() !== 'unicast') return false
  if (address.kind() === 'ipv4') return true
  // Only 2000::/3 is allocated. The rest is reserved, or translates to IPv4 in unpredictable ways.
  const v6 = address as ipaddr.IPv6
  return v6.match(globalUnicast) && !v6.match(documentation)
}

function parseNetwork(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] | undefined {
  const [base = '', bits, ...rest] = text.split('/')
  const address = parseAddress(base)
  if (address === undefined || rest.length > 0) return undefined
  const most = address.kind() === 'ipv4' ? 32 : 128
  if (bits === undefined) return [address, most]
  if (!/^\d{1,3}$/.test(bits)) return undefined
  // ::ffff:10.0.0.0/104 is the IPv4 network 10.0.0.0/8.
  const mapped = address.kind() === 'ipv4' && base.includes(':')
  const length = Number(bits) - (mapped ? 96 : 0)
  return length >= 0 && length <= most ? [address, length] : undefined
}
