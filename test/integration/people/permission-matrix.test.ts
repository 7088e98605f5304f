import { isInterfaceType, isObjectType } from 'graphql'
import { describe, expect, test } from 'vitest'
import { schema } from '../../../schema/schema.ts'
import { type Action, allows } from '../../../src/domain/people/permissions.ts'
import { permissionsOf, ROLES } from '../../../src/domain/people/roles.ts'
import { DECISIONS, OPEN, PERSON, scopeOf } from '../../support/field-permissions.ts'

// The permission of each field with the roles that have it, derived from the schema and reviewed as a file. After a change
// of the schema run npm test -- test/integration/people/permission-matrix.test.ts -u and review the difference.
const ROOTS = ['Query', 'Mutation', 'Subscription']
const HEADER = `Columns: field, its permission, and the principals that have it:
  O owner, A admin, D developer, V viewer of an organization; o, a, d, v the same of the organization of the operator, where
  these differ; K a key with the permission. Fields without a column belong to whoever has their object.
`

const rows = Object.values(schema.getTypeMap())
  .filter((type) => (isObjectType(type) || isInterfaceType(type)) && !type.name.startsWith('__'))
  .flatMap((type) => {
    const fields = isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : []
    return fields.map(({ name, extensions }) => ({ type: type.name, name, scope: scopeOf(extensions) }))
  })

/** The principals of a scope, as a letter for each. */
function principalsOf(scope: string): string {
  const isAllowed = (isPlatform: boolean) =>
    ROLES.map((role) => {
      const permissions = permissionsOf(role, isPlatform)
      const [resource, action] = scope.match(/\w+:\w+/)?.[0].split(':') ?? []
      return resource === undefined || allows(permissions, resource, action as Action) ? role.slice(0, 1) : '-'
    }).join('')
  const [tenant, host] = [isAllowed(false), isAllowed(true)]
  const key = scope.includes(PERSON) ? '-' : 'K'
  return `${tenant} ${tenant === host ? '    ' : host.toLowerCase()} ${key}`
}

describe('permission matrix', () => {
  test('every root field needs a credential, but for those that are decided to be open', () => {
    const open = rows.filter(({ type, scope }) => ROOTS.includes(type) && scope === OPEN)
    const decided = Object.entries(DECISIONS).flatMap(([name, scope]) => (scope === OPEN ? [name] : []))
    expect(open.map(({ type, name }) => `${type.toLowerCase()} ${name}`).sort()).toEqual(decided.sort())
  })

  test('the permission of every field equals the reviewed permission matrix', async () => {
    const rank = (type: string) => (ROOTS.includes(type) ? ROOTS.indexOf(type) : ROOTS.length)
    const sorted = rows.sort(
      (a, b) => rank(a.type) - rank(b.type) || a.type.localeCompare(b.type) || a.name.localeCompare(b.name),
    )
    const lines = sorted.map(({ type, name, scope }) => {
      const field = `${type}.${name}`.padEnd(64)
      if (scope === OPEN) return ROOTS.includes(type) ? `${field} ${OPEN}` : `${type}.${name}`
      return `${field} ${scope.padEnd(32)} ${principalsOf(scope)}`
    })
    await expect(`${HEADER}\n${lines.join('\n')}\n`).toMatchFileSnapshot('permission-matrix.txt')
  })
})
