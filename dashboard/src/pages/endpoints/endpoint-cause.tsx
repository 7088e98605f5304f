import { formatSpan } from '../../graph/format.ts'
import { type EndpointChangeQuery, endpointChange } from '../../graph/operations.ts'
import { useRead } from '../../graph/use-operation.ts'
import { useSession } from '../../graph/use-session.ts'
import { endpointSettingTexts as settingTexts } from '../../texts/endpoint-settings.ts'

const words = settingTexts.cause
type Entry = EndpointChangeQuery['auditEntries']['nodes'][number]

/** Changes after which requests may begin to fail. A test changes nothing. */
const ACTIONS = [
  ...(['WEBHOOK_ENDPOINT_CREATE', 'WEBHOOK_ENDPOINT_UPDATE'] as const),
  ...(['WEBHOOK_ENDPOINT_ENABLE', 'WEBHOOK_ENDPOINT_ROTATE_SECRET'] as const),
]

/** The change of the endpoint just before its first failure in a row, for people who may read the audit trail. */
export function EndpointCause({ id, failingSince }: { id: string; failingSince: string }) {
  const { can } = useSession()
  const filter = { resourceId: id, to: failingSince, actions: [...ACTIONS], outcome: 'SUCCEEDED' as const }
  const answer = useRead(endpointChange, { filter }, { pause: !can('audit:read') })
  const [entry] = answer.data?.auditEntries.nodes ?? []
  if (entry === undefined) return null
  const span = formatSpan(Date.parse(failingSince) - Date.parse(entry.createdAt))
  return (
    <p className="notice" data-tone="warn" role="note">
      {words.sentence(span, entry.actor.name, describe(entry))}
    </p>
  )
}

function describe({ action, details }: Entry): string {
  if (action !== 'WEBHOOK_ENDPOINT_UPDATE') return words.actions[action] ?? action
  const { changed = [] } = details as { changed?: string[] }
  const names = changed.map((name) => settingTexts.settingNames[name as keyof typeof settingTexts.settingNames])
  return words.changed(names.filter(Boolean).join(', ') || words.settings)
}
