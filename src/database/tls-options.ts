import { readFileSync } from 'node:fs'
import { getCACertificates, type ConnectionOptions as TlsOptions } from 'node:tls'

/** Meanings of `sslmode`, those of libpq. */
const MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const
type Mode = (typeof MODES)[number]

export interface TlsChoice {
  /** For pg; false: no TLS. */
  ssl: false | TlsOptions
  /** True when a server that offers no TLS is reached without. */
  isOptional: boolean
}

/** Parameter of the connection string, or else of the environment as libpq names it; undefined when neither has it. */
export type ReadParameter = (name: string) => string | undefined

/**
 * Reads `sslmode`, `sslrootcert`, `sslcert` and `sslkey` as libpq does: `require` encrypts and verifies nothing, unless `sslrootcert`
 * makes it verify-ca. pg alone would read `prefer` and `require` as verify-full.
 *
 * @throws with one sentence for an unknown mode, a mode that lacks its certificate, and a file that cannot be read
 */
export function readTls(parameter: ReadParameter): TlsChoice {
  const rootFile = parameter('sslrootcert')
  const mode = readMode(parameter, rootFile)
  if (mode === 'disable') return { ssl: false, isOptional: false }
  const ca = rootFile === undefined ? undefined : readRoots(rootFile)
  if (mode === 'verify-ca' && ca === undefined) throw new Error('sslmode=verify-ca needs sslrootcert=<file>.')
  const keyPair = readKeyPair(parameter)
  if (mode === 'allow' || mode === 'prefer') return { ssl: { ...keyPair, rejectUnauthorized: false }, isOptional: true }
  if (mode === 'require' && ca === undefined)
    return { ssl: { ...keyPair, rejectUnauthorized: false }, isOptional: false }
  const anyName = mode !== 'verify-full' && { checkServerIdentity: () => undefined }
  return { ssl: { ...keyPair, ...(ca !== undefined && { ca }), ...anyName }, isOptional: false }
}

function readMode(parameter: ReadParameter, rootFile: string | undefined): Mode {
  const ssl = parameter('ssl')
  const isTlsAsked = ssl === 'true' || ssl === '1'
  // `no-verify` is pg's own word for what libpq calls `require`.
  const text = parameter('sslmode')?.replace(/^no-verify$/, 'require')
  const mode = MODES.find((known) => known === text)
  if (text !== undefined && mode === undefined) throw new Error(`sslmode=${text} must be one of ${MODES.join(', ')}.`)
  if (rootFile !== 'system') return mode ?? (isTlsAsked ? 'require' : 'prefer')
  // Anybody has a certificate of a public authority: without its name verified it proves nothing.
  if (mode !== undefined && mode !== 'verify-full')
    throw new Error(`sslrootcert=system needs sslmode=verify-full instead of sslmode=${mode}.`)
  return 'verify-full'
}

const readRoots = (file: string) =>
  file === 'system' ? getCACertificates('system') : readParameterFile('sslrootcert', file)

function readKeyPair(parameter: ReadParameter): { cert?: string; key?: string } {
  const [certFile, keyFile] = [parameter('sslcert'), parameter('sslkey')]
  if ((certFile === undefined) !== (keyFile === undefined)) throw new Error('sslcert and sslkey must be set together.')
  if (certFile === undefined || keyFile === undefined) return {}
  return { cert: readParameterFile('sslcert', certFile), key: readParameterFile('sslkey', keyFile) }
}

function readParameterFile(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new Error(`${name}=${file} cannot be read (${code}). Set ${name} to a file that this user may read.`, {
      cause,
    })
  }
}
