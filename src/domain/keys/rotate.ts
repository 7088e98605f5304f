import type { ApiKey } from '../../database/generated/client.ts'
import type { Clock } from '../../lib/clock.ts'
import { ConflictError } from '../../lib/errors.ts'
import { validate } from '../../lib/validate.ts'
import type { Viewer } from '../people/viewer.ts'
import { type ApiKeyRotate, rotateInput } from './key-input.ts'
import { grantsOf, type Keys } from './keys.ts'
import { createToken, displayPrefix, hashBytes } from './token.ts'

/** Maximum valid secrets of one key, which bounds overlapping rotations. */
export const SECRETS_AT_ONCE = 10

interface RotatedKey {
  /** The key of the secret. */
  apiKey: ApiKey
  /** The rotated key when another one replaces it. */
  replacedApiKey: ApiKey | null
  /** Shown this once. */
  secret: string
}

/**
 * Gives a key a new secret and keeps the old one valid for an overlap, so that callers change over without a failed
 * request. SAME_ID keeps the key, its limits and its history; NEW_ID creates a second key with the same rights and lets
 * the old one expire.
 */
export function createRotate(deps: { keys: Keys; clock: Clock; keyPrefix: string }) {
  const { keys, clock } = deps
  return async (viewer: Viewer, id: string, input: ApiKeyRotate): Promise<RotatedKey> => {
    const { mode, overlapSeconds } = validate(rotateInput, input)
    let made: { apiKey: ApiKey; secret: string } | undefined
    const rotated = await keys.change(viewer, id, 'apiKey.rotate', async (tx, key) => {
      const now = clock.now()
      const until = new Date(now.getTime() + overlapSeconds * 1000)
      // The viewer holds the secret afterwards, so the viewer needs all rights of the key.
      keys.requireOwn(viewer, grantsOf(key), 'apiKey.rotate')
      if (key.replacedBy !== null)
        throw new ConflictError('KEY_REPLACED', `This key was replaced by ${key.replacedBy}. Rotate that one.`)
      if (key.expiresAt !== null && key.expiresAt <= now)
        throw new ConflictError('KEY_EXPIRED', 'This key has expired. Create a new one.')
      if (mode === 'NEW_ID') {
        await keys.requirePlan(tx, viewer)
        made = await keys.insert(tx, viewer, { ...grantsOf(key), name: key.name })
        const expiresAt = key.expiresAt !== null && key.expiresAt < until ? key.expiresAt : until
        await tx.apiKey.update({ where: { id }, data: { expiresAt, replacedBy: made.apiKey.id } })
        return { mode, overlapSeconds, replacedBy: made.apiKey.id }
      }
      // Expired secrets go first, so that a rotation without overlap always fits.
      await tx.apiKeySecret.updateMany({
        where: { keyId: id, OR: [{ expiresAt: null }, { expiresAt: { gt: until } }] },
        data: { expiresAt: until },
      })
      await tx.apiKeySecret.deleteMany({ where: { keyId: id, expiresAt: { lte: now } } })
      if ((await tx.apiKeySecret.count({ where: { keyId: id } })) >= SECRETS_AT_ONCE)
        throw new ConflictError(
          'TOO_MANY_SECRETS',
          `A key has at most ${SECRETS_AT_ONCE} valid secrets. Wait until one expires, or rotate without an overlap.`,
        )
      const secret = createToken(deps.keyPrefix, key.environment)
      await tx.apiKeySecret.create({ data: { hash: hashBytes(secret), keyId: id, createdAt: now } })
      made = {
        secret,
        apiKey: await tx.apiKey.update({ where: { id }, data: { displayPrefix: displayPrefix(secret) } }),
      }
      return { mode, overlapSeconds }
    })
    const { apiKey, secret } = made!
    return apiKey.id === id
      ? { apiKey: rotated, replacedApiKey: null, secret }
      : { apiKey, replacedApiKey: rotated, secret }
  }
}
