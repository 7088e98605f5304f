import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { readConnection, withSession } from '../../../src/database/connection.ts'
import { explainFault } from '../../../src/database/connection-fault.ts'

const read = (url: string, env: NodeJS.ProcessEnv = {}) => readConnection(url, 'DATABASE_URL', env)

describe('a connection string', () => {
  test('reaches pg as it was set, without the parameters that are read here', () => {
    const url = 'postgresql://me%40here:p%2Fa%3As%20s@[::1]:6543/my%20db?schema=s&sslmode=require&application_name=a+b'
    const connection = read(url)
    const { user, password, host, port, database } = new pg.Client(connection)
    expect([user, password, host, port, database]).toEqual(['me@here', 'p/a:s s', '::1', 6543, 'my db'])
    expect(connection).toMatchObject({ ssl: { rejectUnauthorized: false }, options: '-c search_path="s"' })
    expect(connection.connectionString).toMatch(/\?application_name=a\+b$/)
  })

  test('passes its own options on, behind those of the session', () => {
    const connection = read('postgres://h/d?schema=a+b&options=-c%20work_mem%3D8MB')
    expect(connection.options).toBe('-c search_path="a\\ b" -c work_mem=8MB')
    expect(withSession(connection, { jit: 'off' }).options).toBe('-c jit=off -c search_path="a\\ b" -c work_mem=8MB')
  })

  test('leaves options out where the pooler takes none', () => {
    const connection = { ...read('postgres://h/d'), acceptsOptions: false, options: '' }
    expect(withSession(connection, { jit: 'off' }).options).toBe('')
  })

  test('takes what it does not say from the variables of libpq', () => {
    expect(read('postgres://h/d', { PGSSLMODE: 'disable' }).ssl).toBe(false)
    expect(read('postgres://h/d?sslmode=verify-full', { PGSSLMODE: 'disable' }).ssl).toEqual({})
    expect(() => read('postgres://h/d', { PGSSLROOTCERT: '/nowhere.pem' })).toThrow('sslrootcert=/nowhere.pem')
  })

  test('uses no TLS over a Unix socket, whatever sslmode says', () => {
    const url = 'postgres:///d?host=/run/postgresql&sslmode=verify-full'
    expect(read(url)).toMatchObject({ ssl: false, isTlsOptional: false })
  })
})

describe('a failed connection', () => {
  const explain = (code: string, message = 'text') =>
    explainFault(Object.assign(new Error(message), { code }), { setting: 'DATABASE_DIRECT_URL', ssl: false })

  test.each([
    ['28P01', 'PostgreSQL refuses the user or password of DATABASE_DIRECT_URL: text.'],
    ['3D000', 'PostgreSQL has no such database: text. Create it, or correct DATABASE_DIRECT_URL.'],
    [
      '42501',
      'PostgreSQL refuses the role of DATABASE_DIRECT_URL: text. Grant it: GRANT CONNECT ON DATABASE <name> TO <role>;',
    ],
    [
      '53300',
      'PostgreSQL has no connection left for DATABASE_DIRECT_URL: text. Raise max_connections, or lead DATABASE_DIRECT_URL through a pooler.',
    ],
    [
      'CERT_HAS_EXPIRED',
      "DATABASE_DIRECT_URL: the server's certificate is not valid at this time (CERT_HAS_EXPIRED). Renew it, or set this machine's clock.",
    ],
  ])('with %s names the setting and what to do', (code, sentence) => {
    expect(explain(code)).toBe(sentence)
  })

  test('that timed out names the setting', () => {
    expect(explain('', 'timeout expired')).toBe(
      'PostgreSQL did not answer in time. Check DATABASE_DIRECT_URL, that the server runs, and that no firewall lies between.',
    )
  })
})
