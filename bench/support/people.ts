import { Pool } from 'undici'
import { hashPassword } from '../../src/domain/people/passwords.ts'
import { startProcess } from '../../test/support/process.ts'
import { freePort } from '../../test/support/redis.ts'
import { type Services, signalboxSettings } from './services.ts'

export const PASSWORD = 'four plain words suffice'

/** Members of the first organization with one password; `person1@example.com` is the first. */
const FILL = `
WITH people AS (
  INSERT INTO persons (id, email, name, disabled_at, created_at, updated_at)
  SELECT 'usr_' || lpad(n::text, 26, '0'), 'person' || n || '@example.com', 'Person ' || n, CASE WHEN n > $1::int THEN now() END, now(), now()
  FROM generate_series(1, $1::int + $2::int) n
  RETURNING id
), credentials AS (
  INSERT INTO person_credentials (id, person_id, kind, secret, confirmed_at, created_at)
  SELECT 'crd_' || substr(id, 5), id, 'PASSWORD', $3, now(), now() FROM people
)
INSERT INTO members (id, organization_id, person_id, role, created_by, created_at)
SELECT 'mem_' || substr(id, 5), (SELECT id FROM organizations ORDER BY id LIMIT 1), id, 'VIEWER', 'system', now() FROM people`

/** Adds members with one password to the first organization. */
export async function addPeople(pool: Services['pool'], { count, disabled = 0 }: { count: number; disabled?: number }) {
  await pool.query(FILL, [count, disabled, await hashPassword(PASSWORD)])
}

/**
 * An API process for people alone. Each request comes from an address that a proxy names.
 *
 * @param people.disabled number of disabled people after the first `count`
 */
export async function startPeople(
  services: Services,
  env: Record<string, string>,
  people: { count: number; disabled?: number },
) {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const settings = { ...env, PORT: String(port), PUBLIC_URL: url, TRUSTED_PROXIES: '127.0.0.1/32' }
  const process = startProcess(await signalboxSettings(services, settings), 'api')
  await process.printed(/Signalbox started/)
  await addPeople(services.pool, people)
  const http = new Pool(url, { connections: people.count })

  return {
    pid: process.child.pid!,
    /** @returns the body of the answer */
    async signIn(input: { email: string; password: string }, ip: string): Promise<string> {
      const headers = {
        ...{ 'content-type': 'application/json', accept: 'application/json' },
        ...{ origin: url, 'x-forwarded-for': ip },
      }
      const query =
        'mutation ($input: SignInInput!) { signIn(input: $input) { __typename ... on Error { code message } } }'
      const body = JSON.stringify({ query, variables: { input } })
      return (await http.request({ path: '/graphql', method: 'POST', headers, body })).body.text()
    },
    async stop() {
      await http.close()
      await process.end('SIGTERM')
    },
  }
}
