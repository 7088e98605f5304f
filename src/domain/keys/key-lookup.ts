import type { OrganizationLookup } from '../organizations/organization-lookup.ts'
import type { KeyCache } from './key-cache.ts'
import type { ResolvedKey } from './key-status.ts'
import { isToken } from './token.ts'

/** Finds presented keys, for requests to Signalbox and for `apiKeyVerify`. */
export type KeyLookup = ReturnType<typeof createKeyLookup>

/** @param deps.bootstrapApiKey may have any format, so it skips the check of the format */
export function createKeyLookup(deps: {
  keyCache: KeyCache
  organizationLookup: OrganizationLookup
  keyPrefix: string
  bootstrapApiKey: string | undefined
}) {
  return {
    /** Checks format and checksum, so that junk costs no look-up. */
    isWellFormed: (token: string): boolean => isToken(deps.keyPrefix, token) || token === deps.bootstrapApiKey,
    /** Null for an unknown key, and for a key of a deleted organization. @param credential hash of the token */
    async find(credential: string): Promise<ResolvedKey | null> {
      const key = await deps.keyCache.find(credential)
      if (key === null || (await deps.organizationLookup.find(key.organizationId)) === null) return null
      return key
    },
  }
}
