import { randomBytes } from 'node:crypto'
import type { Transaction } from '../../database/client.ts'
import type { Clock } from '../../lib/clock.ts'
import { hashBytes } from '../keys/token.ts'

/** Maximum remembered devices of a person. The one that was used least recently is forgotten. */
export const DEVICES_AT_MOST = 20
/** First characters of every device token. A device token opens nothing. */
export const DEVICE_PREFIX = 'sbd_'
const TOKEN_BYTES = 32

/** Browsers in which people signed in. The database has the hashes of their tokens. */
export type KnownDevices = ReturnType<typeof createKnownDevices>

export function createKnownDevices({ clock }: { clock: Clock }) {
  return {
    /** True when the person signed in from the device of a token before. */
    async isKnown(reader: Pick<Transaction, 'knownDevice'>, personId: string, token: string | null): Promise<boolean> {
      if (!token?.startsWith(DEVICE_PREFIX)) return false
      return (await reader.knownDevice.count({ where: { personId, hash: hashBytes(token) } })) > 0
    },

    /**
     * Remembers the device of a complete sign-in.
     *
     * @returns a new token for an unknown device. A presented token that the person never had is not adopted
     */
    async remember(tx: Transaction, personId: string, presented: string | null): Promise<string | undefined> {
      const now = clock.now()
      const hash = hashBytes(presented ?? '')
      const { count } = await tx.knownDevice.updateMany({ where: { personId, hash }, data: { usedAt: now } })
      if (count > 0) return undefined
      const surplus = await tx.knownDevice.findMany({
        ...{ where: { personId }, orderBy: [{ usedAt: 'desc' }, { hash: 'asc' }], skip: DEVICES_AT_MOST - 1 },
      })
      await tx.knownDevice.deleteMany({ where: { personId, hash: { in: surplus.map((device) => device.hash) } } })
      const token = DEVICE_PREFIX + randomBytes(TOKEN_BYTES).toString('base64url')
      await tx.knownDevice.create({ data: { personId, hash: hashBytes(token), createdAt: now, usedAt: now } })
      return token
    },
  }
}
