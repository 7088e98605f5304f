/**
 * Removes the values of a URL's query, which are often credentials: copies of the URL are kept longer than the endpoint
 * and read with other permissions. The SQL function `redact_url_v1` (prisma/functions) gives the same result.
 */
export function redactUrl(url: string): string {
  const start = url.indexOf('?')
  if (start < 0) return url
  const [query] = url.slice(start + 1).split('#', 1) as [string]
  const redacted = query.split('&').map((part) => (part.includes('=') ? `${part.slice(0, part.indexOf('='))}=…` : '…'))
  return `${url.slice(0, start)}?${redacted.join('&')}`
}

/** Headers of a response with a redacted `location`: a receiver that redirects repeats the query of the endpoint. */
export function redactLocation(headers: Record<string, string> | null): Record<string, string> | null {
  return headers?.location === undefined ? headers : { ...headers, location: redactUrl(headers.location) }
}
