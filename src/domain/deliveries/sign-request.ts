import { LRUCache } from 'lru-cache'
import type { SignatureScheme } from '../../database/generated/enums.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Keyring } from '../../lib/keyring.ts'
import { secretContext } from '../endpoints/endpoint-secrets.ts'
import { headersContext } from '../endpoints/endpoints.ts'
import { createSign, type Sign } from '../endpoints/sign.ts'

const ENDPOINTS_REMEMBERED = 5_000

/** The settings of an endpoint that the headers of a request depend on. */
export interface SigningEndpoint {
  signatureScheme: SignatureScheme
  headersEncrypted: string | null
  /** Ciphertexts of the signing secrets, newest first. */
  secrets: string[]
}

/** A delivery to sign. */
export interface SignableDelivery {
  event_id: string
  endpoint_id: string
  body: Uint8Array
  endpoint: SigningEndpoint
}

interface Opened {
  sign: Sign
  headers: Record<string, string>
}

/** Property that holds decrypted secrets. A symbol, so that no log or copy includes it. */
const OPENED = Symbol('opened')

interface Remembering extends SigningEndpoint {
  [OPENED]?: Opened
}

/** Returns the headers of a request: the custom ones, and a signature with the current time. */
export type SignRequest = (delivery: SignableDelivery) => Record<string, string>

/** Decrypts and parses keys once per claimed endpoint, because both cost more than signing. */
export function createSignRequest(deps: { keyring: Keyring; clock: Clock }): SignRequest {
  const { keyring } = deps
  const opened = new LRUCache<string, Opened>({ max: ENDPOINTS_REMEMBERED })

  return (delivery) => {
    const { sign, headers } = open(delivery)
    const timestamp = Math.floor(deps.clock.now().getTime() / 1000)
    const { body, event_id: eventId } = delivery
    return {
      'user-agent': 'Signalbox/1',
      ...headers,
      'content-type': 'application/json',
      ...sign({ eventId, body, timestamp }),
    }
  }

  function open(delivery: SignableDelivery): Opened {
    const { endpoint_id: id } = delivery
    const endpoint: Remembering = delivery.endpoint
    const { signatureScheme: scheme, headersEncrypted: headers, secrets: ciphertexts } = endpoint
    // All deliveries of one claim to an endpoint share the object.
    if (endpoint[OPENED] !== undefined) return endpoint[OPENED]
    const state = [id, scheme, headers, ...ciphertexts].join(' ')
    const made = opened.get(state) ?? make()
    opened.set(state, made)
    endpoint[OPENED] = made
    return made

    function make(): Opened {
      const secrets = ciphertexts.map((ciphertext) => keyring.decrypt(ciphertext, secretContext(id)))
      return {
        sign: createSign(scheme, secrets),
        headers: headers === null ? {} : JSON.parse(keyring.decrypt(headers, headersContext(id))),
      }
    }
  }
}
