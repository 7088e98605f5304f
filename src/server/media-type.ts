import type { IncomingHttpHeaders } from 'node:http'

/** The media types of a GraphQL request in JSON. */
const JSON_TYPES = ['application/json', 'application/graphql+json']

/** The reason why the body of a POST request is not read, or undefined: bodies are JSON in UTF-8, uncompressed. */
export function mediaTypeViolation(headers: IncomingHttpHeaders): string | undefined {
  const [type = '', ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';')
  if (!JSON_TYPES.includes(type.trim())) return 'Send a JSON body with Content-Type: application/json.'
  for (const parameter of parameters) {
    const [name = '', value = ''] = parameter.split('=', 2).map((part) => part.trim())
    if (name === 'charset' && !/^"?utf-?8"?$/.test(value)) return 'Send the body in UTF-8, without another charset.'
  }
  const encoding = (headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  if (encoding !== 'identity' && encoding !== '')
    return 'Send the body without Content-Encoding; it is not decompressed.'
  // Later steps compare the media type by its lower-case form.
  headers['content-type'] = type.trim()
  return undefined
}

/** True when a client accepts gzip. */
export function acceptsGzip(header: string | string[] | undefined): boolean {
  const offers = String(header ?? '')
    .toLowerCase()
    .split(',')
    .map((offer) => offer.split(';').map((part) => part.trim()))
  return offers.some(([name, quality]) => (name === 'gzip' || name === '*') && !/^q=0(\.0*)?$/.test(quality ?? ''))
}
