import type { Clock } from '../../lib/clock.ts'
import { readPermissions } from '../people/permissions.ts'
import type { Viewer } from '../people/viewer.ts'
import type { KeyLookup } from './key-lookup.ts'
import { refusal } from './key-status.ts'

/** Checks that the key of an open subscription is still valid from its address and has kept its rights. */
export function createRevalidate({ keyLookup, clock }: { keyLookup: KeyLookup; clock: Clock }) {
  return async (viewer: Viewer): Promise<boolean> => {
    const key = await keyLookup.find(viewer.credential)
    if (key === null || refusal(key, clock.now(), viewer.ip) !== undefined) return false
    const permissions = JSON.stringify(readPermissions(key.permissions))
    return permissions === JSON.stringify(viewer.permissions) && key.persistedOnly === viewer.persistedOnly
  }
}
