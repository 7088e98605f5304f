import { withoutSecrets } from './log.ts'

interface SystemError extends Error {
  code?: string
  port?: number
  address?: string
  hostname?: string
  errors?: Error[]
}

/** One sentence for the person who starts Signalbox: the fault and the action to take. */
export function sayWhy(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return withoutSecrets(sentence(error))
}

function sentence(error: SystemError): string {
  // A name with several addresses fails once for each.
  const [first] = error.errors ?? []
  if (first !== undefined) return sentence(first)
  const where = [error.address ?? error.hostname, error.port].filter((part) => part !== undefined).join(':')
  switch (error.code) {
    case 'EADDRINUSE':
      return `Port ${error.port} is taken. Stop what listens there, or set PORT to another one.`
    case 'EACCES':
      return `${error.message}: this user may not do that. Choose another PORT or DATA_DIR.`
    case 'EADDRNOTAVAIL':
      return `This machine has no address ${error.address}. Set HOST to one that it has.`
    case 'ECONNREFUSED':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EHOSTUNREACH':
    case 'ETIMEDOUT':
      return `PostgreSQL cannot be reached at ${where} (${error.code}). Check DATABASE_URL and that the server runs.`
    case '28P01':
    case '28000':
      return `PostgreSQL refuses the user or password of DATABASE_URL: ${error.message}.`
    case '3D000':
      return `PostgreSQL has no such database: ${error.message}. Create it, or correct DATABASE_URL.`
    default:
      return error.message
  }
}
