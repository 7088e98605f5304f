import byPermission from '../../graph/fields-by-permission.json'
import { texts } from '../../texts.ts'

const words = texts.keys.permissions
const FIELDS: Record<string, readonly string[] | undefined> = byPermission
/** Resources of Signalbox; any other is one of the operator's own API. */
const RESOURCES = new Set(Object.keys(byPermission).map((permission) => permission.split(':')[0]))

/**
 * The operations that permissions open, permission by permission.
 *
 * @param permissions such as `events:WRITE`
 */
export function AllowedFields({ permissions }: { permissions: readonly string[] }) {
  const opened = permissions
    .map((permission) => ({ permission: permission.toLowerCase(), fields: FIELDS[permission.toLowerCase()] ?? [] }))
    .toSorted((a, b) => a.permission.localeCompare(b.permission))
  const count = opened.reduce((total, { fields }) => total + fields.length, 0)
  return (
    <details>
      <summary aria-live="polite">{words.opens(count)}</summary>
      <dl className="facts" aria-label={words.opensLabel}>
        {opened.map(({ permission, fields }) => (
          <div key={permission} className="fact-row">
            <dt>{permission.replace(':', ': ')}</dt>
            <dd>
              {fields.length === 0
                ? RESOURCES.has(permission.split(':')[0])
                  ? words.noField
                  : words.ownApi
                : fields.map((field) => (
                    <code key={field} className="chip">
                      {field}
                    </code>
                  ))}
            </dd>
          </div>
        ))}
      </dl>
    </details>
  )
}
