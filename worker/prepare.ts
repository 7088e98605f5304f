import { LRUCache } from 'lru-cache'
import type { Clock } from '../src/clock.ts'
import type { Keyring } from '../src/keyring.ts'
import { secretContext } from '../src/webhooks/endpoint-secrets.ts'
import { headersContext } from '../src/webhooks/endpoints.ts'
import { createSign, type Sign } from '../src/webhooks/sign.ts'
import type { ClaimedRow } from './claim.ts'
import type { Request } from './send.ts'

const ENDPOINTS_REMEMBERED = 5_000

interface Opened {
  sign: Sign
  headers: Record<string, string>
}

/** Makes the request of an attempt: the stored bytes, the endpoint's own headers, and the signature of now. */
export type Prepare = (delivery: ClaimedRow) => Request

/** Decrypting and parsing keys costs more than signing, so it is done once for each state of an endpoint. */
export function createPrepare(deps: { keyring: Keyring; clock: Clock }): Prepare {
  const { keyring } = deps
  const opened = new LRUCache<string, Opened>({ max: ENDPOINTS_REMEMBERED })

  return (delivery) => {
    const { sign, headers } = open(delivery)
    const timestamp = Math.floor(deps.clock.now().getTime() / 1000)
    const { body, event_id: eventId } = delivery
    return {
      url: delivery.endpoint_url,
      body,
      timeoutSeconds: delivery.timeout_seconds,
      headers: {
        'user-agent': 'Signalbox/1',
        ...headers,
        'content-type': 'application/json',
        ...sign({ eventId, body, timestamp }),
      },
    }
  }

  function open(delivery: ClaimedRow): Opened {
    const { endpoint_id: id, signature_scheme: scheme, headers_encrypted: headers } = delivery
    const ciphertexts = delivery.secrets ?? []
    const state = [id, scheme, headers, ...ciphertexts].join(' ')
    const known = opened.get(state)
    if (known !== undefined) return known
    const secrets = ciphertexts.map((ciphertext) => keyring.decrypt(ciphertext, secretContext(id)))
    const made: Opened = {
      sign: createSign(scheme, secrets),
      headers: headers === null ? {} : JSON.parse(keyring.decrypt(headers, headersContext(id))),
    }
    opened.set(state, made)
    return made
  }
}
