import { randomBytes } from 'node:crypto'
import type { Transaction } from '../../database/client.ts'
import type { OneTimeCode, OneTimeCodeKind } from '../../database/generated/client.ts'
import type { Clock } from '../../lib/clock.ts'
import { hashBytes } from '../keys/token.ts'

/** Seconds for which each kind of code is good. */
export const CODE_SECONDS: Record<OneTimeCodeKind, number> = { SETUP: 3_600, SIGN_IN: 300, PASSWORD_RESET: 3_600 }
const CODE_BYTES = 32

/** Codes that are good once and for a short time. The database has their hashes. */
export type OneTimeCodes = ReturnType<typeof createOneTimeCodes>

export function createOneTimeCodes(deps: { clock: Clock }) {
  return {
    /** Creates a code and returns its text, which is not stored. */
    async create(tx: Transaction, kind: OneTimeCodeKind, personId: string | null): Promise<string> {
      const code = randomBytes(CODE_BYTES).toString('base64url')
      const createdAt = deps.clock.now()
      const expiresAt = new Date(createdAt.getTime() + CODE_SECONDS[kind] * 1000)
      await tx.oneTimeCode.create({ data: { hash: hashBytes(code), kind, personId, createdAt, expiresAt } })
      return code
    },

    /** Uses a code up; of two calls at once, one gets it. Null for an unknown, used or expired code. */
    async use(tx: Transaction, kind: OneTimeCodeKind, code: string): Promise<OneTimeCode | null> {
      const now = deps.clock.now()
      const [used] = await tx.oneTimeCode.updateManyAndReturn({
        where: { hash: hashBytes(code), kind, usedAt: null, expiresAt: { gt: now } },
        data: { usedAt: now },
      })
      return used ?? null
    },
  }
}
