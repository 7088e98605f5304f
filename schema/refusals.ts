import type { AuthFailure } from '@pothos/plugin-scope-auth'
import type { Viewer } from '../src/domain/people/viewer.ts'
import { ForbiddenError, UnauthenticatedError } from '../src/lib/errors.ts'
import type { Services } from '../src/services.ts'
import { RestrictedError } from './elevation.ts'

/** The parts of a context that decide a refusal. */
interface Refused {
  viewer: Viewer | null
  /** Reason for which a presented session does not count. */
  ended: Error | undefined
}

/** The error of a request without a viewer. */
export const unauthenticated = ({ ended }: Refused): Error =>
  ended ?? new UnauthenticatedError('Present an API key: Authorization: Bearer … (on WebSocket, in connection_init).')

/**
 * The error of a forbidden field. The attempt goes to the audit trail.
 *
 * @param lacks the missing permission, such as `members:write`; undefined when it is not known
 */
export function refuse(context: Refused & { services: Services }, field: string, lacks?: string): Error {
  const { viewer, services } = context
  if (viewer === null) return unauthenticated(context)
  if (viewer.restriction !== null) return new RestrictedError(viewer.restriction)
  // The own account, where an organization other than that of the request requires a second factor.
  if (viewer.lacksTwoFactor && lacks === undefined) return new RestrictedError('TWO_FACTOR')
  services.audit.denied(viewer, 'request', 'FORBIDDEN', field)
  if (viewer.role === null)
    return new ForbiddenError(`This key lacks the permission for ${field}. Use a key with that permission.`)
  if (viewer.homeId !== viewer.organizationId && viewer.reason === null)
    return new ForbiddenError(
      `People of the operator change another organization with a reason only: send the header Signalbox-Reason with 10 to 200 characters, at least 10 of them letters or digits, which both audit trails record. ${field} was not called.`,
    )
  const lack = lacks === undefined ? 'the permission' : `the permission ${lacks.replace(':', ': ')}`
  return new ForbiddenError(`Your role ${viewer.role} lacks ${lack} for ${field}. Ask an owner or an administrator.`)
}

/** The first permission that a request lacks; undefined when no permission was missing. */
export function lackedBy(failure: AuthFailure): string | undefined {
  if ('failures' in failure) return failure.failures.map(lackedBy).find((lacks) => lacks !== undefined)
  return 'parameter' in failure && failure.scope === 'can' ? String(failure.parameter) : undefined
}
