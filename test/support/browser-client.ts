import type { GraphQLAnswer } from './api.ts'
import { noteSaid, noteSecret } from './secret-leak-check.ts'

/** Fields that leave the server once. */
const SECRETS = ['secret', 'challenge', 'recoveryCodes']

function noteSecrets(data: unknown): void {
  if (typeof data !== 'object' || data === null) return
  for (const [name, value] of Object.entries(data))
    if (SECRETS.includes(name)) for (const secret of [value].flat()) noteSecret(String(secret))
    else noteSecrets(value)
}

/** A browser at the pages of the installation: keeps cookies, and names its origin. */
export function createBrowser(url: string, headers: Record<string, string> = {}) {
  const jar = new Map<string, string>()

  async function request(query: string, variables: Record<string, unknown> = {}, more: Record<string, string> = {}) {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        origin: url,
        cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
        ...headers,
        ...more,
      },
      body: JSON.stringify({ query, variables }),
    })
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = line.split(';')[0]!.split('=', 2)
      if (value === '') jar.delete(name)
      else {
        jar.set(name, value)
        noteSecret(value)
      }
    }
    // The cost differs between requests, so tests of costs use the whole response.
    const { extensions: _, ...answer } = await response.json()
    noteSecrets(answer.data)
    if (answer.errors !== undefined) noteSaid(JSON.stringify(answer.errors))
    return answer as GraphQLAnswer
  }

  return {
    jar,
    request,
    /** The single root field of the response. @throws when the response has top-level errors */
    async ask(query: string, variables: Record<string, unknown> = {}, more: Record<string, string> = {}) {
      const { data, errors } = await request(query, variables, more)
      if (errors !== undefined) throw new Error(`GraphQL errors: ${JSON.stringify(errors)}`)
      return Object.values<GraphQLAnswer['data']>(data)[0]
    },
  }
}

export type Browser = ReturnType<typeof createBrowser>

export const PASSWORD = 'four plain words suffice'

export const SETUP = `mutation ($input: SetupCompleteInput!) { setupComplete(input: $input) {
  ... on SetupCompletePayload { person { id email } } ... on Error { code message } } }`

/** Makes the first owner of an installation, signed in. */
export async function setUpOwner(app: {
  url: string
  services: { setUp: { createCode(): Promise<string | undefined> } }
}) {
  const browser = createBrowser(app.url)
  const code = await app.services.setUp.createCode()
  const input = { code, organizationName: 'Acme', name: 'Ana', email: 'ana@example.com', password: PASSWORD }
  const { person } = await browser.ask(SETUP, { input })
  return { browser, person: person as { id: string; email: string } }
}
