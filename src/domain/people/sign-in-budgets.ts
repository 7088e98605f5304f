import type pg from 'pg'
import type { Transaction } from '../../database/client.ts'
import type { Clock } from '../../lib/clock.ts'
import { RateLimitedError, UnavailableError } from '../../lib/errors.ts'
import { hashBytes } from '../keys/token.ts'

/** Maximum consecutive failures of one subject (NIST SP 800-63B-4, 3.2.2). */
export const FAILURES_AT_MOST = 100
/** Failures after which each further try has to wait: 1 second, then twice as long each time. */
export const FREE_FAILURES = 5
const WAIT_AT_MOST_SECONDS = 3_600
/** Days after the last try for which failures are remembered of an address that nobody has, and of devices and sessions. */
const STRANGER_DAYS = 30
const DEVICE_DAYS = 400
/** Maximum expired rows that one try removes. */
const EXPIRED_AT_ONCE = 10

/** Counts one try before it runs, unless the subject has none left or has to wait. One statement, so that no two tries count as one. */
const SPEND = `
INSERT INTO sign_in_budgets AS b (subject, failures, last_at, expires_at) VALUES ($1, 1, $2, $3)
ON CONFLICT (subject) DO UPDATE SET failures = b.failures + 1, last_at = $2, expires_at = EXCLUDED.expires_at
WHERE b.failures < ${FAILURES_AT_MOST}
  AND b.last_at + make_interval(secs => ${waitAfter('b.failures')}) <= $2
RETURNING failures`
const STATE = `
SELECT failures, extract(epoch FROM last_at + make_interval(secs => ${waitAfter('failures')}) - $2)::float8 AS seconds
FROM sign_in_budgets WHERE subject = $1`
const REMOVE_EXPIRED = `
DELETE FROM sign_in_budgets WHERE subject IN (
  SELECT subject FROM sign_in_budgets WHERE expires_at < $1 LIMIT ${EXPIRED_AT_ONCE} FOR UPDATE SKIP LOCKED)`

function waitAfter(failures: string): string {
  return `CASE WHEN ${failures} < ${FREE_FAILURES} THEN 0 ELSE least(power(2, ${failures} - ${FREE_FAILURES}), ${WAIT_AT_MOST_SECONDS}) END`
}

/** One that may try to prove to be a person. */
export interface Subject {
  hash: Uint8Array<ArrayBuffer>
  /** Days for which failures are remembered; null until a success. */
  days: number | null
}

/** All tries of an address from unknown devices. An address that nobody has counts alike, so that answers do not differ. */
export const addressSubject = (email: string, isKnown: boolean): Subject => ({
  hash: hashBytes(`address ${email}`),
  days: isKnown ? null : STRANGER_DAYS,
})

/** A browser in which the person signed in before, so that a stranger cannot lock the person out. */
export const deviceSubject = (personId: string, device: string): Subject => ({
  hash: hashBytes(`device ${personId} ${device}`),
  days: DEVICE_DAYS,
})

/** A session in which the password is given again. */
export const sessionSubject = (sessionId: string): Subject => ({
  hash: hashBytes(`session ${sessionId}`),
  days: STRANGER_DAYS,
})

/** Consecutive failures, counted in the database for all processes. */
export type SignInBudgets = ReturnType<typeof createSignInBudgets>

export function createSignInBudgets({ pool, clock }: { pool: pg.Pool; clock: Clock }) {
  return {
    /**
     * Counts a try as a failure before it runs.
     *
     * @throws RateLimitedError while the subject has to wait, UnavailableError when it has no try left
     */
    async spend({ hash, days }: Subject): Promise<void> {
      const now = clock.now()
      await pool.query(REMOVE_EXPIRED, [now])
      const expiresAt = days === null ? null : new Date(now.getTime() + days * 86_400_000)
      const { rowCount } = await pool.query(SPEND, [Buffer.from(hash), now, expiresAt])
      if (rowCount === 1) return
      const { rows } = await pool.query<{ failures: number; seconds: number }>(STATE, [Buffer.from(hash), now])
      const [{ failures, seconds } = { failures: 0, seconds: 0 }] = rows
      if (failures >= FAILURES_AT_MOST)
        throw new UnavailableError(
          'TOO_MANY_FAILURES',
          `${FAILURES_AT_MOST} tries in a row failed. Reset the password, or sign in from a browser that you used before.`,
        )
      const wait = Math.max(1, Math.ceil(seconds))
      throw new RateLimitedError(`Too many tries failed. Try again in ${wait} s.`, wait)
    },

    /** Takes a try back that led to a second step, which counts for itself and need not wait. */
    async giveBack(tx: Transaction, { hash }: Subject): Promise<void> {
      await tx.signInBudget.updateMany({
        where: { subject: hash, failures: { gt: 0 } },
        data: { failures: { decrement: 1 }, lastAt: new Date(0) },
      })
    },

    /** Forgets the failures of subjects after a success. */
    async clear(tx: Transaction, ...subjects: Subject[]): Promise<void> {
      await tx.signInBudget.deleteMany({ where: { subject: { in: subjects.map(({ hash }) => hash) } } })
    },
  }
}
