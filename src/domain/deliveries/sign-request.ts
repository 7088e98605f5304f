import { LRUCache } from 'lru-cache'
import type { SignatureScheme } from '../../database/generated/enums.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Keyring } from '../../lib/keyring.ts'
import { secretContext } from '../endpoints/endpoint-secrets.ts'
import { headersContext } from '../endpoints/endpoints.ts'
import { createSign, type Sign } from '../endpoints/sign.ts'
import { FIXED_HEADERS } from './attempt-request.ts'

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
  customHeaders: Record<string, string>
}

/** The headers of a request, and the parts of them that its attempt keeps. */
export interface SignedHeaders {
  headers: Record<string, string>
  /** Names of the custom headers. */
  customNames: string[]
  signatureHeaders: Record<string, string>
}

/** Property that holds decrypted secrets. A symbol, so that no log or copy includes it. */
const OPENED = Symbol('opened')

interface Remembering extends SigningEndpoint {
  [OPENED]?: Opened
}

/** Makes the headers of a request: the custom ones, and a signature with the current time. */
export type SignRequest = (delivery: SignableDelivery) => SignedHeaders

/** Decrypts and parses keys once per claimed endpoint, because both cost more than signing. */
export function createSignRequest(deps: { keyring: Keyring; clock: Clock }): SignRequest {
  const { keyring } = deps
  const opened = new LRUCache<string, Opened>({ max: ENDPOINTS_REMEMBERED })

  return (delivery) => {
    const { sign, customHeaders } = open(delivery)
    const timestamp = Math.floor(deps.clock.now().getTime() / 1000)
    const { body, event_id: eventId } = delivery
    const signatureHeaders = sign({ eventId, body, timestamp })
    return {
      headers: { ...customHeaders, ...FIXED_HEADERS, ...signatureHeaders },
      customNames: Object.keys(customHeaders),
      signatureHeaders,
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
        customHeaders: headers === null ? {} : JSON.parse(keyring.decrypt(headers, headersContext(id))),
      }
    }
  }
}
