import { createSignRequest } from '../src/domain/deliveries/sign-request.ts'
import type { Clock } from '../src/lib/clock.ts'
import type { Keyring } from '../src/lib/keyring.ts'
import type { ClaimedDelivery, ClaimedEndpoint } from './claim.ts'
import type { Request } from './http-sender.ts'

/** The request could not be built, by a fault of the installation. */
export class UnpreparedError extends Error {
  readonly code = 'INTERNAL'
}

/** Builds the request of an attempt: the stored body, the custom headers, and a signature with the current time. */
export type Prepare = (delivery: ClaimedDelivery) => Request

export function createBuildRequest(deps: { keyring: Keyring; clock: Clock }): Prepare {
  const signRequest = createSignRequest(deps)
  /** Parsed URLs. All deliveries of one claim to an endpoint share the object of the endpoint. */
  const targets = new WeakMap<ClaimedEndpoint, Pick<Request, 'origin' | 'path'>>()

  function targetOf(endpoint: ClaimedEndpoint): Pick<Request, 'origin' | 'path'> {
    const known = targets.get(endpoint)
    if (known !== undefined) return known
    const { origin, pathname, search } = new URL(endpoint.url)
    const target = { origin, path: pathname + search }
    targets.set(endpoint, target)
    return target
  }

  return (delivery) => {
    const { body, endpoint } = delivery
    const { origin, path } = targetOf(endpoint)
    return { origin, path, body, timeoutSeconds: endpoint.timeoutSeconds, headers: signRequest(delivery) }
  }
}
