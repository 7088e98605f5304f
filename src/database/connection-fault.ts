import type { ConnectionOptions } from './connection.ts'

interface Fault extends Error {
  code?: string
  port?: number
  address?: string
  hostname?: string
  errors?: Error[]
}

/** Explains in one sentence why a first connection failed: the setting that is wrong, and the value that helps. */
export function explainFault(error: Fault, connection: Pick<ConnectionOptions, 'setting' | 'ssl'>): string {
  // Of a name with several addresses, each has failed.
  const [first] = error.errors ?? []
  if (first !== undefined) return explainFault(first, connection)
  const { setting } = connection
  return explainReach(error, setting) ?? explainTls(error, setting) ?? explainLogin(error, connection) ?? error.message
}

function explainReach(error: Fault, setting: string): string | undefined {
  const where = [error.address ?? error.hostname, error.port].filter((part) => part !== undefined).join(':')
  switch (error.code) {
    case 'ECONNREFUSED':
    case 'ENOENT':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ECONNRESET':
    case 'ETIMEDOUT':
      return `PostgreSQL cannot be reached at ${where} (${error.code}). Check ${setting} and that the server runs.`
  }
  if (error.message === 'timeout expired')
    return `PostgreSQL did not answer in time. Check ${setting}, that the server runs, and that no firewall lies between.`
  return undefined
}

function explainTls(error: Fault, setting: string): string | undefined {
  switch (error.code) {
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return `${setting}: the server's certificate is not signed by a known authority. Set sslrootcert=<file>, or sslmode=require without sslrootcert to encrypt without verification.`
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return `${setting}: the server's certificate is not valid at this time (${error.code}). Renew it, or set this machine's clock.`
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `${setting}: the server's certificate is for another name (${error.message}). Use the name of the certificate as the host, or sslmode=verify-ca to verify the authority alone.`
  }
  if (error.message === 'The server does not support SSL connections')
    return `${setting}: the server offers no TLS. Switch it on there, or set sslmode=prefer or sslmode=disable.`
  if (error.code?.startsWith('ERR_OSSL') || error.code?.startsWith('ERR_SSL'))
    return `${setting}: TLS failed (${error.message}). Check sslcert, sslkey and sslrootcert.`
  return undefined
}

function explainLogin(error: Fault, { setting, ssl }: Pick<ConnectionOptions, 'setting' | 'ssl'>): string | undefined {
  switch (error.code) {
    case '28000':
      if (ssl === false && error.message.includes('no encryption'))
        return `${setting}: the server demands TLS (${error.message}). Set sslmode=require or a stricter mode.`
      if (error.message.includes('client certificate'))
        return `${setting}: the server demands a client certificate (${error.message}). Set sslcert=<file> and sslkey=<file>.`
      return `PostgreSQL refuses the user or password of ${setting}: ${error.message}.`
    case '28P01':
      return `PostgreSQL refuses the user or password of ${setting}: ${error.message}.`
    case '3D000':
      return `PostgreSQL has no such database: ${error.message}. Create it, or correct ${setting}.`
    case '42501':
      return `PostgreSQL refuses the role of ${setting}: ${error.message}. Grant it: GRANT CONNECT ON DATABASE <name> TO <role>;`
    case '53300':
      return `PostgreSQL has no connection left for ${setting}: ${error.message}. Raise max_connections, or lead ${setting} through a pooler.`
    default:
      return undefined
  }
}
