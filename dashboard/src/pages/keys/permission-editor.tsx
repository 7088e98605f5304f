import type { PermissionAction, SessionQuery } from '../../graph/operations.ts'
import { texts } from '../../texts.ts'

type Permission = SessionQuery['viewer']['permissions'][number]
const words = texts.keys.permissions
const ACTIONS = ['READ', 'WRITE', 'DELETE'] as const

/** Permissions as checkboxes. Offers only those that the person has, because nobody gives away more. */
export function PermissionEditor({ grantable }: { grantable: readonly Permission[] }) {
  return (
    <fieldset className="permissions">
      <legend className="label">{words.title}</legend>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{words.resource}</th>
            {ACTIONS.map((action) => (
              <th key={action} scope="col">
                {words.actions[action]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {grantable.map(({ resource, actions }) => (
            <tr key={resource}>
              <th scope="row">{resource}</th>
              {ACTIONS.map((action) => (
                <td key={action}>
                  {actions.includes(action) && (
                    <input
                      type="checkbox"
                      name="permission"
                      value={`${resource}:${action}`}
                      aria-label={`${resource}: ${words.actions[action]}`}
                      defaultChecked={action === 'READ' && resource !== 'platform'}
                    />
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </fieldset>
  )
}

/** The checked permissions of a form, one entry for each resource. */
export function readPermissions(form: FormData): { resource: string; actions: PermissionAction[] }[] {
  const byResource = new Map<string, PermissionAction[]>()
  for (const value of form.getAll('permission')) {
    const [resource = '', action] = String(value).split(':')
    byResource.set(resource, [...(byResource.get(resource) ?? []), action as PermissionAction])
  }
  return [...byResource].map(([resource, actions]) => ({ resource, actions }))
}

/** Permissions as they are, without a way to change them. */
export function PermissionTable({ permissions }: { permissions: readonly Permission[] }) {
  return (
    <table className="table" aria-label={words.title}>
      <thead>
        <tr>
          <th scope="col">{words.resource}</th>
          {ACTIONS.map((action) => (
            <th key={action} scope="col">
              {words.actions[action]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {permissions.map(({ resource, actions }) => (
          <tr key={resource}>
            <th scope="row">{resource}</th>
            {ACTIONS.map((action) => (
              <td key={action}>
                <span aria-hidden="true">{actions.includes(action) ? '✓' : '–'}</span>
                <span className="hidden-text">{actions.includes(action) ? words.yes : words.no}</span>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
