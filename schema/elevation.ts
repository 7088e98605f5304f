import type { GraphQLResolveInfo } from 'graphql'
import { type Action, allows, type Permission, type Resource } from '../src/domain/people/permissions.ts'
import type { Restriction, Viewer } from '../src/domain/people/viewer.ts'
import { SignalboxError } from '../src/lib/errors.ts'

/** A dangerous change needs the password again. A top-level error, so that every client asks for it in one place. */
export class ReauthenticationRequiredError extends SignalboxError {
  constructor() {
    super(
      'REAUTHENTICATION_REQUIRED',
      'This change needs your password again. Call reauthenticate, and repeat the request within 10 minutes.',
    )
  }
}

const RESTRICTIONS: Record<Restriction, [code: string, message: string]> = {
  NO_ORGANIZATION: ['NO_ORGANIZATION', 'You belong to no organization. Ask an owner for an invitation.'],
  ADDRESS: [
    'ADDRESS_NOT_ALLOWED',
    'The organization admits its members from other networks only. Act from one of them, or name another organization in Signalbox-Organization.',
  ],
  TWO_FACTOR: [
    'TWO_FACTOR_REQUIRED',
    'Your role in an organization or your password needs a second factor. Call totpEnrol and totpConfirm first.',
  ],
}

/** The person may manage nothing but its own account. */
export class RestrictedError extends SignalboxError {
  constructor(restriction: Restriction) {
    super(...RESTRICTIONS[restriction])
  }
}

/**
 * Scopes that depend on the viewer alone. `anyPerson` is open to every person, `person` to all but those that must enrol a
 * second factor first for any of their organizations, `admittedPerson` to all but those that must do so for that of the
 * request, and `elevated` to every key.
 */
export const scopesOf = (viewer: Viewer | null) => ({
  authenticated: viewer !== null && viewer.restriction === null,
  person: isPerson(viewer) && viewer?.lacksTwoFactor === false,
  admittedPerson: isPerson(viewer) && viewer?.restriction !== 'TWO_FACTOR',
  anyPerson: isPerson(viewer),
  elevated: viewer?.isElevated === true,
})

/** Refuses a session without its needed second factor, in a field that strangers may call. @throws RestrictedError */
export function requireTwoFactor(viewer: Viewer | null): void {
  if (viewer?.lacksTwoFactor === true) throw new RestrictedError('TWO_FACTOR')
}

/** Refuses a change that is dangerous for some inputs only. Keys are never asked. @throws ReauthenticationRequiredError */
export function requireElevation(viewer: Viewer): void {
  if (!viewer.isElevated) throw new ReauthenticationRequiredError()
}

/** Resources that decide about people. Their changes need the password again, so a key must not go around it. */
const OF_PEOPLE = ['members', 'organization', 'platform']

/** Requires the elevation for a key that may delete, or write about people. @throws ReauthenticationRequiredError */
export function requireElevationToGrant(viewer: Viewer, granted: readonly Permission[]): void {
  const isDangerous = ({ resource, actions }: Permission) =>
    actions.includes('delete') || (actions.includes('write') && OF_PEOPLE.includes(resource))
  if (granted.some(isDangerous)) requireElevation(viewer)
}

const isPerson = (viewer: Viewer | null): boolean => viewer?.principal.kind === 'PERSON'

interface Scopes {
  can?: `${Resource}:${Action}`
  authenticated?: boolean
  person?: boolean
  anyPerson?: boolean
  elevated?: boolean
  $all?: Scopes
}

/** True when a person lacks nothing but the elevation for a field. */
export function needsElevation(viewer: Viewer | null, { parentType, fieldName }: GraphQLResolveInfo): boolean {
  if (viewer === null || viewer.isElevated) return false
  const { authScopes } = (parentType.getFields()[fieldName]!.extensions.pothosOptions ?? {}) as { authScopes?: Scopes }
  const scopes: Scopes = { ...authScopes, ...authScopes?.$all }
  const open = scopesOf(viewer)
  const mayAct = scopes.person ? open.person : scopes.anyPerson ? open.anyPerson : open.authenticated
  if (!scopes.elevated || !mayAct) return false
  const [resource = '', action] = (scopes.can ?? '').split(':')
  return scopes.can === undefined || allows(viewer.permissions, resource, action as Action)
}
