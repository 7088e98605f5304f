import pg from 'pg'
import { Prisma } from './generated/client.ts'

/** SQLSTATE codes and classes (two characters) that the code reacts to. */
export const SQL_STATE = {
  dataException: '22',
  integrityViolation: '23',
  foreignKeyViolation: '23503',
  uniqueViolation: '23505',
  insufficientPrivilege: '42501',
  duplicateSchema: '42P06',
  lockNotAvailable: '55P03',
  queryCanceled: '57014',
  featureNotSupported: '0A000',
  protocolViolation: '08P01',
} as const

/** SQLSTATE of a failed statement, as pg reports it or as Prisma wraps it; undefined for any other error. */
export function sqlStateOf(error: unknown): string | undefined {
  if (error instanceof pg.DatabaseError) return error.code
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return undefined
  const { cause } = (error.meta?.driverAdapterError ?? {}) as { cause?: { originalCode?: unknown } }
  return typeof cause?.originalCode === 'string' ? cause.originalCode : undefined
}

/** True when PostgreSQL refused a statement with one of these codes, or with a code of one of these classes. */
export function hasSqlState(error: unknown, ...codes: readonly string[]): boolean {
  const state = sqlStateOf(error)
  return state !== undefined && codes.some((code) => state.startsWith(code))
}
