import { endpointName } from '../../graph/endpoint-name.ts'
import { formatSeconds } from '../../graph/format.ts'
import type { EndpointRow } from '../../graph/rows.ts'
import { texts } from '../../texts.ts'
import { Copy } from '../../ui/copy.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Time } from '../../ui/time.tsx'
import { predicateSentence } from './predicate-sentence.ts'

const words = texts.endpoints.facts

/** Number and waits of attempts in a sentence. */
export const formatRetries = ({ maxAttempts, backoffSeconds }: EndpointRow['retryPolicy']): string =>
  words.attempts(
    maxAttempts,
    backoffSeconds
      .slice(0, maxAttempts - 1)
      .map(formatSeconds)
      .join(', '),
  )

export function EndpointFacts({ endpoint }: { endpoint: EndpointRow }) {
  const { channels, headerNames, predicate } = endpoint
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
        endpoint.description !== '' && [words.description, endpoint.description],
        [words.types, <code key="types">{endpoint.eventTypes.join(', ')}</code>],
        [words.channels, channels.length === 0 ? words.anyChannel : channels.join(', ')],
        [words.predicate, predicate == null ? words.noPredicate : <code key="if">{predicateSentence(predicate)}</code>],
        [words.headers, headerNames.length === 0 ? words.noHeaders : headerNames.join(', ')],
        [words.timeout, formatSeconds(endpoint.timeoutSeconds)],
        [words.retries, formatRetries(endpoint.retryPolicy)],
        [words.rate, words.perSecond(endpoint.rateLimit)],
        [words.concurrency, endpoint.maxConcurrency.toLocaleString()],
        [words.disableAfter, words.failures(endpoint.disableAfterFailures)],
        [words.maxAge, formatSeconds(endpoint.maxAgeSeconds)],
        [words.created, <Time key="created" at={endpoint.createdAt} />],
      ]}
    />
  )
}
