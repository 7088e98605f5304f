import { endpointChange } from '../../graph/operations.ts'
import type { EndpointRow } from '../../graph/rows.ts'
import { useRead } from '../../graph/use-operation.ts'
import { useSession } from '../../graph/use-session.ts'
import { endpointSettingTexts as settingTexts } from '../../texts/endpoint-settings.ts'
import { Button } from '../../ui/button.tsx'
import { Time } from '../../ui/time.tsx'
import type { Difference } from './endpoint-input.ts'
import { predicateSentence } from './predicate-sentence.ts'

const words = settingTexts.conflict

interface Props {
  endpoint: EndpointRow
  differences: readonly Difference[]
  onTakeTheirs: () => void
}

/** Shows the changes that another person saved while the form was open, and offers them in place of the own entries. */
export function EndpointConflict({ endpoint, differences, onTakeTheirs }: Props) {
  return (
    <div className="notice" data-tone="warn" role="alert">
      <div className="stack">
        <p>
          <Author endpoint={endpoint} />
        </p>
        <ul className="plain">
          {differences.map(({ name, before, now }) => (
            <li key={name}>
              <strong>{settingTexts.settingNames[name]}</strong>: <del>{format(name, before)}</del> →{' '}
              <ins>{format(name, now)}</ins>
            </li>
          ))}
        </ul>
        <p>{words.choice}</p>
        <div>
          <Button onClick={onTakeTheirs}>{words.takeTheirs}</Button>
        </div>
      </div>
    </div>
  )
}

/** The person of the other version, for people who may read the audit trail. */
function Author({ endpoint: { id, version, updatedAt } }: { endpoint: EndpointRow }) {
  const { can } = useSession()
  const filter = { resourceId: id, actions: ['WEBHOOK_ENDPOINT_UPDATE' as const], outcome: 'SUCCEEDED' as const }
  const pause = !can('audit:read')
  const answer = useRead(endpointChange, { filter }, { pause })
  const [entry] = answer.data?.auditEntries.nodes ?? []
  return (
    <span key={version}>
      {words.changed(entry?.actor.name ?? words.somebody)} <Time at={entry?.createdAt ?? updatedAt} />
    </span>
  )
}

function format(name: Difference['name'], value: unknown): string {
  if (value === null || value === '') return words.none
  if (name === 'predicate') return predicateSentence(value)
  if (!Array.isArray(value)) return String(value)
  return value.length === 0 ? words.none : value.join(', ')
}
