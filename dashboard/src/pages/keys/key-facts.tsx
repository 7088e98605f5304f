import type { KeyRow } from '../../graph/rows.ts'
import { texts } from '../../texts.ts'
import { Copy } from '../../ui/copy.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Time } from '../../ui/time.tsx'
import { tierText } from './key-status.tsx'

const words = texts.keys.facts

export function KeyFacts({ apiKey }: { apiKey: KeyRow }) {
  const { allowedIps, lastUsedIp, secrets } = apiKey
  return (
    <Facts
      facts={[
        [
          words.id,
          <span key="id" className="row">
            <code>{apiKey.id}</code> <Copy text={apiKey.id} />
          </span>,
        ],
        [words.prefix, <code key="prefix">{apiKey.displayPrefix}…</code>],
        [words.tier, tierText(apiKey.tier)],
        [words.created, <Time key="created" at={apiKey.createdAt} />],
        [words.createdBy, apiKey.createdBy.name],
        [
          words.lastUsed,
          <span key="used">
            <Time at={apiKey.lastUsedAt} never={texts.keys.neverUsed} /> {lastUsedIp && words.from(lastUsedIp)}
          </span>,
        ],
        [words.expires, <Time key="expires" at={apiKey.expiresAt} never={texts.keys.neverExpires} />],
        apiKey.disabledAt !== null && [words.disabled, <Time key="disabled" at={apiKey.disabledAt} />],
        apiKey.revokedAt !== null && [
          words.revoked,
          <span key="revoked">
            <Time at={apiKey.revokedAt} /> {apiKey.revokedBy && words.by(apiKey.revokedBy.name)}
          </span>,
        ],
        [words.allowedIps, allowedIps.length === 0 ? words.anyIp : allowedIps.join(', ')],
        [words.operations, apiKey.persistedOnly ? words.persistedOnly : words.anyOperation],
        secrets.length > 1 && ['', words.secrets(secrets.length)],
      ]}
    />
  )
}
