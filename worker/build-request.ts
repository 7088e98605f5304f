import { LRUCache } from 'lru-cache'
import { FIXED_HEADERS, type RecordedRequest } from '../src/domain/deliveries/attempt-request.ts'
import { secretContext } from '../src/domain/endpoints/endpoint-secrets.ts'
import { headersContext } from '../src/domain/endpoints/endpoints.ts'
import { createSign, type Sign } from '../src/domain/endpoints/sign.ts'
import type { Clock } from '../src/lib/clock.ts'
import type { Keyring } from '../src/lib/keyring.ts'
import { redactUrl } from '../src/lib/redact-url.ts'
import type { ClaimedDelivery, ClaimedEndpoint } from './claim.ts'
import type { Request } from './http-sender.ts'

const ENDPOINTS_REMEMBERED = 5_000

interface Opened {
  origin: string
  path: string
  sign: Sign
  headers: Record<string, string>
  /** The parts of every recorded request to the endpoint. */
  recorded: Pick<RecordedRequest, 'url' | 'customHeaders'>
}

/** A request to be sent, with the parts of it that the attempt keeps. */
export interface PreparedRequest extends Request {
  recorded: RecordedRequest
}

/** The request could not be built, by a fault of the installation. */
export class UnpreparedError extends Error {
  readonly code = 'INTERNAL'
}

/** Property that holds decrypted secrets. A symbol, so that no log or copy includes it. */
const OPENED = Symbol('opened')

interface Remembering extends ClaimedEndpoint {
  [OPENED]?: Opened
}

/** Builds the request of an attempt: the stored body, the custom headers, and a signature with the current time. */
export type Prepare = (delivery: ClaimedDelivery) => PreparedRequest

/** Decrypts and parses keys once per claimed endpoint, because both cost more than signing. */
export function createBuildRequest(deps: { keyring: Keyring; clock: Clock }): Prepare {
  const { keyring } = deps
  const opened = new LRUCache<string, Opened>({ max: ENDPOINTS_REMEMBERED })

  return (delivery) => {
    const { sign, headers, origin, path, recorded } = open(delivery)
    const timestamp = Math.floor(deps.clock.now().getTime() / 1000)
    const { body, event_id: eventId } = delivery
    const signatureHeaders = sign({ eventId, body, timestamp })
    return {
      origin,
      path,
      body,
      timeoutSeconds: delivery.endpoint.timeoutSeconds,
      headers: {
        ...headers,
        ...FIXED_HEADERS,
        ...signatureHeaders,
      },
      recorded: { ...recorded, byteCount: body.length, signatureHeaders },
    }
  }

  function open(delivery: ClaimedDelivery): Opened {
    const { endpoint_id: id } = delivery
    const endpoint: Remembering = delivery.endpoint
    const { signatureScheme: scheme, headersEncrypted: headers, secrets: ciphertexts } = endpoint
    // All deliveries of one claim to an endpoint share the object.
    if (endpoint[OPENED] !== undefined) return endpoint[OPENED]
    const state = [id, endpoint.url, scheme, headers, ...ciphertexts].join(' ')
    const made = opened.get(state) ?? make()
    opened.set(state, made)
    endpoint[OPENED] = made
    return made

    function make(): Opened {
      const secrets = ciphertexts.map((ciphertext) => keyring.decrypt(ciphertext, secretContext(id)))
      const { origin, pathname, search } = new URL(endpoint.url)
      const custom: Record<string, string> =
        headers === null ? {} : JSON.parse(keyring.decrypt(headers, headersContext(id)))
      return {
        origin,
        path: pathname + search,
        sign: createSign(scheme, secrets),
        headers: custom,
        recorded: { url: redactUrl(endpoint.url), customHeaders: Object.keys(custom) },
      }
    }
  }
}
