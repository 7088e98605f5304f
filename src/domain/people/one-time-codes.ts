import { randomBytes } from 'node:crypto'
import type { Transaction } from '../../database/client.ts'
import type { OneTimeCode, OneTimeCodeKind } from '../../database/generated/client.ts'
import type { Clock } from '../../lib/clock.ts'
import { hashBytes } from '../keys/token.ts'

/** Seconds for which each kind of code is good. */
export const CODE_SECONDS: Record<OneTimeCodeKind, number> = { SETUP: 3_600, SIGN_IN: 300, PASSWORD_RESET: 3_600 }
/** Maximum tries of one challenge. */
export const TRIES_AT_MOST = 5
/** Maximum codes of a kind that a person has at once. The oldest go. */
export const CODES_AT_MOST = 10
const CODE_BYTES = 32

/** Codes that are good once and for a short time. The database has their hashes. */
export type OneTimeCodes = ReturnType<typeof createOneTimeCodes>

/** Finds codes by their text. */
type Reader = Pick<Transaction, 'oneTimeCode'>

export function createOneTimeCodes({ clock }: { clock: Clock }) {
  const open = (kind: OneTimeCodeKind, code: string) => ({
    ...{ hash: hashBytes(code), kind, usedAt: null, expiresAt: { gt: clock.now() } },
  })

  return {
    /**
     * Creates a code and returns its text, which is not stored.
     *
     * @param remember true for the challenge of a session with the long lifetime
     */
    async create(tx: Transaction, kind: OneTimeCodeKind, personId: string | null, remember = false): Promise<string> {
      const code = randomBytes(CODE_BYTES).toString('base64url')
      const createdAt = clock.now()
      const expiresAt = new Date(createdAt.getTime() + CODE_SECONDS[kind] * 1000)
      const surplus = await tx.oneTimeCode.findMany({
        ...{ where: { kind, personId }, orderBy: [{ createdAt: 'desc' }, { hash: 'asc' }], skip: CODES_AT_MOST - 1 },
      })
      await tx.oneTimeCode.deleteMany({ where: { hash: { in: surplus.map(({ hash }) => hash) } } })
      const data = { hash: hashBytes(code), kind, personId, remember, createdAt, expiresAt }
      await tx.oneTimeCode.create({ data })
      return code
    },

    /** A code that is good, without using it up. */
    find: (reader: Reader, kind: OneTimeCodeKind, code: string): Promise<OneTimeCode | null> =>
      reader.oneTimeCode.findFirst({ where: open(kind, code) }),

    /** Number of codes of a person that are good. */
    count: (reader: Reader, kind: OneTimeCodeKind, personId: string): Promise<number> =>
      reader.oneTimeCode.count({ where: { personId, kind, usedAt: null, expiresAt: { gt: clock.now() } } }),

    /** Counts a try of a challenge; of any number at once, five run. Null for a challenge that is not good any more. */
    async try(writer: Reader, kind: OneTimeCodeKind, code: string): Promise<OneTimeCode | null> {
      const [tried] = await writer.oneTimeCode.updateManyAndReturn({
        where: { ...open(kind, code), tries: { lt: TRIES_AT_MOST } },
        data: { tries: { increment: 1 } },
      })
      return tried ?? null
    },

    /** Uses a code up; of two calls at once, one gets it. Null for an unknown, used or expired code. */
    async use(tx: Transaction, kind: OneTimeCodeKind, code: string): Promise<OneTimeCode | null> {
      const data = { usedAt: clock.now() }
      const [used] = await tx.oneTimeCode.updateManyAndReturn({ where: open(kind, code), data })
      return used ?? null
    },
  }
}
