import type { KeyCache } from './key-cache.ts'
import type { KnownKey } from './key-status.ts'
import { isToken } from './token.ts'

/** How a presented key is found, for requests to Signalbox and for those that the host asks about (K1, K8). */
export type KeyLookup = ReturnType<typeof createKeyLookup>

/** @param deps.bootstrapApiKey may have any form, so it is let past the check of the form */
export function createKeyLookup(deps: { keyCache: KeyCache; keyPrefix: string; bootstrapApiKey: string | undefined }) {
  return {
    /** By its checksum; what is not costs no look-up. */
    isWellFormed: (token: string): boolean => isToken(deps.keyPrefix, token) || token === deps.bootstrapApiKey,
    /** @param credential the hash of the token */
    find: (credential: string): Promise<KnownKey | null> => deps.keyCache.find(credential),
  }
}
