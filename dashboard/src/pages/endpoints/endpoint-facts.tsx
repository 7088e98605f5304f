import { endpointName } from '../../graph/endpoint-name.ts'
import { formatSeconds } from '../../graph/format.ts'
import { texts } from '../../texts.ts'
import { Copy } from '../../ui/copy.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Time } from '../../ui/time.tsx'
import type { EndpointRow } from './endpoint.tsx'

const words = texts.endpoints.facts
const SCHEMES = new Map<string, string>(texts.endpoints.form.schemes)

export function EndpointFacts({ endpoint }: { endpoint: EndpointRow }) {
  const { retryPolicy, channels, headerNames } = endpoint
  return (
    <Facts
      facts={[
        [
          words.id,
          <span key="id" className="row">
            <code>{endpoint.id}</code> <Copy text={endpoint.id} />
          </span>,
        ],
        endpoint.externalId !== null && [words.externalId, <code key="external">{endpoint.externalId}</code>],
        [words.url, endpointName(endpoint)],
        [words.types, <code key="types">{endpoint.eventTypes.join(', ')}</code>],
        [words.channels, channels.length === 0 ? words.anyChannel : channels.join(', ')],
        [words.headers, headerNames.length === 0 ? words.noHeaders : headerNames.join(', ')],
        [words.signature, SCHEMES.get(endpoint.signatureScheme)],
        [words.timeout, formatSeconds(endpoint.timeoutSeconds)],
        [
          words.retries,
          words.attempts(retryPolicy.maxAttempts, retryPolicy.backoffSeconds.map(formatSeconds).join(', ')),
        ],
        [words.rate, words.perSecond(endpoint.rateLimit)],
        [words.concurrency, endpoint.maxConcurrency.toLocaleString()],
        [words.created, <Time key="created" at={endpoint.createdAt} />],
      ]}
    />
  )
}
