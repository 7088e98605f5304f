import { type ChangeEvent, useState } from 'react'
import type { PermissionAction, SessionQuery } from '../../graph/operations.ts'
import { texts } from '../../texts.ts'
import { AllowedFields } from './allowed-fields.tsx'

type Permission = Pick<SessionQuery['viewer']['permissions'][number], 'resource' | 'actions'>
const words = texts.keys.permissions
export const ACTIONS = ['READ', 'WRITE', 'DELETE'] as const

interface EditorProps {
  /** Permissions that the person may give. */
  grantable: readonly Permission[]
  /** Permissions at the beginning. */
  given: readonly Permission[]
  fault: string | undefined
}

/** Permissions as checkboxes, with the operations that they open. */
export function PermissionEditor({ grantable, given, fault }: EditorProps) {
  const [checked, setChecked] = useState<ReadonlySet<string>>(() => new Set(listOf(given)))
  const rows = withGiven(grantable, given)

  function change({ target: { value, checked: isChecked } }: ChangeEvent<HTMLInputElement>) {
    setChecked((before) => new Set(isChecked ? [...before, value] : [...before].filter((entry) => entry !== value)))
  }

  return (
    <fieldset className="permissions">
      <legend className="label">{words.title}</legend>
      <div className="table-scroll">
        <table className="table">
          <PermissionHead />
          <tbody>
            {rows.map(({ resource, actions }) => (
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
                        checked={checked.has(`${resource}:${action}`)}
                        onChange={change}
                      />
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {fault !== undefined && <p className="fault">{fault}</p>}
      <AllowedFields permissions={[...checked]} />
    </fieldset>
  )
}

const PermissionHead = () => (
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
)

const listOf = (permissions: readonly Permission[]): string[] =>
  permissions.flatMap(({ resource, actions }) => actions.map((action) => `${resource}:${action}`))

/** Reading of everything but the platform. */
export const readable = (permissions: readonly Permission[]): Permission[] =>
  permissions
    .filter(({ resource, actions }) => resource !== 'platform' && actions.includes('READ'))
    .map(({ resource }) => ({ resource, actions: ['READ'] }))

/** Rows for what the person may give, and for what the key has besides: the server refuses the latter by name. */
function withGiven(grantable: readonly Permission[], given: readonly Permission[]): Permission[] {
  const rows = new Map(grantable.map(({ resource, actions }) => [resource, new Set<PermissionAction>(actions)]))
  for (const { resource, actions } of given) rows.set(resource, new Set([...(rows.get(resource) ?? []), ...actions]))
  return [...rows].map(([resource, actions]) => ({ resource, actions: [...actions] }))
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
    <>
      <table className="table" aria-label={words.title}>
        <PermissionHead />
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
      <div className="panel-body">
        <AllowedFields permissions={listOf(permissions)} />
      </div>
    </>
  )
}
