import type { KeyCache } from './key-cache.ts'
import type { ResolvedKey } from './key-status.ts'
import { isToken } from './token.ts'

/** Finds presented keys, for requests to Signalbox and for `apiKeyVerify`. */
export type KeyLookup = ReturnType<typeof createKeyLookup>

/** @param deps.bootstrapApiKey may have any format, so it skips the check of the format */
export function createKeyLookup(deps: { keyCache: KeyCache; keyPrefix: string; bootstrapApiKey: string | undefined }) {
  return {
    /** Checks format and checksum, so that junk costs no look-up. */
    isWellFormed: (token: string): boolean => isToken(deps.keyPrefix, token) || token === deps.bootstrapApiKey,
    /** @param credential hash of the token */
    find: (credential: string): Promise<ResolvedKey | null> => deps.keyCache.find(credential),
  }
}
