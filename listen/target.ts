/** A wrong option, with a sentence for its user. */
export class OptionError extends Error {}

/** Hosts of this machine. `URL` writes each IPv4 address as four decimal numbers. */
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/**
 * Reads a target such as `3000`, `3000/hooks`, `localhost:3000/hooks` or a URL.
 *
 * @throws OptionError for a target that is no URL, or not this machine without `allowExternal`
 */
export function readTarget(text: string, allowExternal: boolean): string {
  const url = URL.parse(withScheme(text))
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new OptionError(`${text} is no target: give a port and path, such as 3000/hooks, or an http or https URL.`)
  if (url.username !== '' || url.password !== '')
    throw new OptionError('The target must have no user name and password in its URL.')
  if (!allowExternal && !LOOPBACK.test(url.hostname))
    throw new OptionError(
      `${url.hostname} is not this machine. Webhooks leave it only with --allow-external; localhost needs no option.`,
    )
  url.hash = ''
  return url.href
}

/** `localhost` in place of an address, because local servers may listen on IPv6 only. */
function withScheme(text: string): string {
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(text)) return text
  if (/^:?\d+(\/|\?|$)/.test(text)) return `http://localhost:${text.replace(/^:/, '')}`
  return `http://${text}`
}
