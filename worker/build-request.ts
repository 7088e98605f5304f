import type { RecordedRequest } from '../src/domain/deliveries/attempt-request.ts'
import { createSignRequest } from '../src/domain/deliveries/sign-request.ts'
import type { Clock } from '../src/lib/clock.ts'
import type { Keyring } from '../src/lib/keyring.ts'
import { redactUrl } from '../src/lib/redact-url.ts'
import type { ClaimedDelivery, ClaimedEndpoint } from './claim.ts'
import type { Request } from './http-sender.ts'

/** The request could not be built, by a fault of the installation. */
export class UnpreparedError extends Error {
  readonly code = 'INTERNAL'
}

/** A request to be sent, with the parts of it that the attempt keeps. */
export interface PreparedRequest extends Request {
  recorded: RecordedRequest
}

/** Builds the request of an attempt: the stored body, the custom headers, and a signature with the current time. */
export type Prepare = (delivery: ClaimedDelivery) => PreparedRequest

type Target = Pick<Request, 'origin' | 'path'> & { redactedUrl: string }

export function createBuildRequest(deps: { keyring: Keyring; clock: Clock }): Prepare {
  const signRequest = createSignRequest(deps)
  /** Parsed URLs. All deliveries of one claim to an endpoint share the object of the endpoint. */
  const targets = new WeakMap<ClaimedEndpoint, Target>()

  function targetOf(endpoint: ClaimedEndpoint): Target {
    const known = targets.get(endpoint)
    if (known !== undefined) return known
    const { origin, pathname, search } = new URL(endpoint.url)
    const target = { origin, path: pathname + search, redactedUrl: redactUrl(endpoint.url) }
    targets.set(endpoint, target)
    return target
  }

  return (delivery) => {
    const { body, endpoint } = delivery
    const { origin, path, redactedUrl: url } = targetOf(endpoint)
    const { headers, customNames: customHeaders, signatureHeaders } = signRequest(delivery)
    const recorded = { url, customHeaders, byteCount: body.length, signatureHeaders }
    return { origin, path, body, timeoutSeconds: endpoint.timeoutSeconds, headers, recorded }
  }
}
