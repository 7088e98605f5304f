import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { unprivilegedUser } from '../../../src/database/embedded/cluster.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../src/database/embedded/postgres.ts'
import { openConnections } from '../../../src/database/open-connections.ts'
import { silentLog } from '../../support/app.ts'
import { type CertificateFiles, createAuthority } from '../../support/certificates.ts'

let folder: string
/** The authority that signed the server's certificate, and one that did not. */
let authority: ReturnType<typeof createAuthority>
let stranger: ReturnType<typeof createAuthority>
let client: CertificateFiles
/** Its certificate is for 127.0.0.1; the role `certified` must show a client certificate. */
let postgres: EmbeddedPostgres
const warnings: string[] = []
const noteWarning = (warning: Error) => warnings.push(warning.message)

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-postgres-tls-'))
  await chmod(folder, 0o755)
  authority = createAuthority(folder, 'authority')
  stranger = createAuthority(folder, 'stranger')
  const server = authority.issue('server', 'IP:127.0.0.1')
  client = authority.issue('certified')
  const access = path.join(folder, 'pg_hba.conf')
  await writeFile(
    access,
    [
      'hostssl all certified all cert',
      'hostssl all all all scram-sha-256',
      // Migrations and the owner's lock of the embedded server go without TLS; other roles may not.
      'hostnossl all signalbox all scram-sha-256',
      '',
    ].join('\n'),
  )
  await chmod(server.key, 0o600)
  if (process.getuid?.() === 0) {
    const { uid, gid } = await unprivilegedUser()
    await chown(server.key, uid, gid)
  }
  const files = [`ssl_cert_file=${server.cert}`, `ssl_key_file=${server.key}`, `ssl_ca_file=${authority.file}`]
  const settings = ['ssl=on', ...files, `hba_file=${access}`]
  postgres = await startEmbeddedPostgres({ dataDir: path.join(folder, 'data'), durable: false, settings })
  const admin = new pg.Client({ connectionString: postgres.adminUrl })
  await admin.connect()
  await admin.query('CREATE ROLE certified LOGIN SUPERUSER; CREATE ROLE encrypted LOGIN SUPERUSER')
  await admin.query("ALTER ROLE encrypted PASSWORD 'encrypted'")
  await admin.end()
  process.on('warning', noteWarning)
}, 60_000)
afterAll(async () => {
  process.off('warning', noteWarning)
  await postgres.stop()
  await rm(folder, { recursive: true, force: true })
})

/** The connection string of the server with these parameters instead of its own. */
function urlWith(parameters: Record<string, string>, change: (url: URL) => void = () => {}): string {
  const url = new URL(postgres.adminUrl)
  url.search = new URLSearchParams(parameters).toString()
  change(url)
  return url.href
}

/** True when a connection opened with this URL is encrypted. */
async function isEncrypted(url: string): Promise<boolean> {
  const { pooled } = await openConnections({ url, log: silentLog })
  const connection = new pg.Client(pooled)
  await connection.connect()
  const { rows } = await connection.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()')
  await connection.end()
  return rows[0].ssl
}

const fail = (url: string) =>
  openConnections({ url, log: silentLog }).then(
    () => 'it connects',
    (error) => error.message,
  )

const ROOT = () => authority.file
const ELSEWHERE = (url: URL) => {
  url.hostname = 'localhost'
}

describe('sslmode', () => {
  test.each<[Record<string, string>, boolean]>([
    [{ sslmode: 'disable' }, false],
    [{ sslmode: 'allow' }, true],
    [{ sslmode: 'prefer' }, true],
    [{}, true],
    [{ sslmode: 'require' }, true],
    [{ sslmode: 'no-verify' }, true],
    [{ ssl: 'true' }, true],
  ])('%j connects to a server with an authority of its own, encrypted: %s', async (parameters, encrypted) => {
    expect(await isEncrypted(urlWith(parameters))).toBe(encrypted)
  })

  test.each(['require', 'verify-ca', 'verify-full'])('%s verifies by sslrootcert', async (sslmode) => {
    expect(await isEncrypted(urlWith({ sslmode, sslrootcert: ROOT() }))).toBe(true)
    expect(await fail(urlWith({ sslmode, sslrootcert: stranger.file }))).toBe(
      "DATABASE_URL: the server's certificate is not signed by a known authority. Set sslrootcert=<file>, or sslmode=require without sslrootcert to encrypt without verification.",
    )
  })

  test('only verify-full verifies the name', async () => {
    for (const sslmode of ['require', 'verify-ca'])
      expect(await isEncrypted(urlWith({ sslmode, sslrootcert: ROOT() }, ELSEWHERE))).toBe(true)
    expect(await fail(urlWith({ sslmode: 'verify-full', sslrootcert: ROOT() }, ELSEWHERE))).toMatch(
      /^DATABASE_URL: the server's certificate is for another name \(.*localhost.*\)\. Use the name of the certificate as the host, or sslmode=verify-ca to verify the authority alone\.$/,
    )
  })

  test('verify-full without sslrootcert, and sslrootcert=system, know public authorities only', async () => {
    for (const [name, value] of [
      ['sslmode', 'verify-full'],
      ['sslrootcert', 'system'],
    ] as const)
      expect(await fail(urlWith({ [name]: value }))).toContain('not signed by a known authority')
  })

  test('prefer goes without TLS where the server has none, and require does not', async () => {
    const plain = new URL(inject('postgresUrl'))
    plain.search = ''
    expect(await isEncrypted(plain.href)).toBe(false)
    expect(await fail(`${plain.href}?sslmode=require`)).toBe(
      'DATABASE_URL: the server offers no TLS. Switch it on there, or set sslmode=prefer or sslmode=disable.',
    )
  })

  test('disable names itself when the server demands TLS', async () => {
    const url = urlWith({ sslmode: 'disable' }, (changed) => {
      changed.username = 'encrypted'
      changed.password = 'encrypted'
    })
    expect(await fail(url)).toMatch(
      /^DATABASE_URL: the server demands TLS \(.*no encryption\)\. Set sslmode=require or a stricter mode\.$/,
    )
  })

  test('sslcert and sslkey log in a role that must show a certificate', async () => {
    const certified = (more: Record<string, string>) =>
      urlWith({ sslmode: 'require', ...more }, (url) => {
        url.username = 'certified'
        url.password = ''
      })
    expect(await isEncrypted(certified({ sslcert: client.cert, sslkey: client.key }))).toBe(true)
    expect(await fail(certified({}))).toMatch(
      /^DATABASE_URL: the server demands a client certificate \(.*\)\. Set sslcert=<file> and sslkey=<file>\.$/,
    )
  })

  test.each([
    [{ sslmode: 'verify' }, 'sslmode=verify must be one of disable, allow, prefer, require, verify-ca, verify-full.'],
    [{ sslmode: 'verify-ca' }, 'sslmode=verify-ca needs sslrootcert=<file>.'],
    [{ sslcert: '/a' }, 'sslcert and sslkey must be set together.'],
    [
      { sslmode: 'require', sslrootcert: '/nowhere.pem' },
      'sslrootcert=/nowhere.pem cannot be read (ENOENT). Set sslrootcert to a file that this user may read.',
    ],
    [
      { sslmode: 'require', sslrootcert: 'system' },
      'sslrootcert=system needs sslmode=verify-full instead of sslmode=require.',
    ],
  ])('%j is refused with its reason', async (parameters, reason) => {
    expect(await fail(urlWith(parameters as Record<string, string>))).toBe(reason)
  })

  test('pg warns of no mode', () => {
    expect(warnings).toEqual([])
  })
})
