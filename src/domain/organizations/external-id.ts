import { z } from 'zod'
import { hasSqlState, SQL_STATE } from '../../database/sql-state.ts'
import { ConflictError } from '../../lib/errors.ts'

/** Maximum characters, as of every id in an argument (schema/argument-checks.ts). */
const CHARACTERS = 100

/** Begins the ids of organizations and endpoints, for which an external id stands. */
const OWN_PREFIX = /^(org|whep)_/

/** True for a text in the form of an id that Signalbox made, and so for no external id. */
export const isOwnId = (text: string): boolean => OWN_PREFIX.test(text)

/**
 * An id that another system gave to an organization or endpoint. Visible ASCII only, so that an HTTP header carries the
 * id unchanged; never in the form of an own id, so that one text never names two objects.
 */
export const externalIdInput = z
  .string()
  .min(1)
  .max(CHARACTERS)
  .regex(/^[\x21-\x7e]*$/, 'must have letters, digits and punctuation of ASCII only, and no spaces')
  .refine((text) => !isOwnId(text), 'must not begin with "org_" or "whep_", as the ids of Signalbox do')

/**
 * Runs a write that sets an external id.
 *
 * @param owner the kind of object, such as `organization`
 * @throws ConflictError when another object has the external id
 */
export async function withFreeExternalId<T>(
  owner: string,
  externalId: string | null | undefined,
  write: () => Promise<T>,
): Promise<T> {
  try {
    return await write()
  } catch (error) {
    if (externalId == null || !hasSqlState(error, SQL_STATE.uniqueViolation)) throw error
    throw new ConflictError('EXTERNAL_ID_TAKEN', `Another ${owner} has the external id "${externalId}".`)
  }
}
