import { isInterfaceType, isObjectType } from 'graphql'
import { describe, expect, test } from 'vitest'
import { schema } from '../../../schema/schema.ts'

// The permission of each field, derived from the schema and reviewed as a file. After a change of the schema run
// npm test -- test/integration/people/permission-matrix.test.ts -u and review the difference.
const ROOTS = ['Query', 'Mutation', 'Subscription']

function scopeOf(extensions: unknown): string | undefined {
  const { pothosOptions } = extensions as { pothosOptions?: { authScopes?: Record<string, unknown> } }
  const scopes = pothosOptions?.authScopes
  if (scopes === undefined) return undefined
  return scopes.authenticated === true ? 'any valid key' : String(scopes.can)
}

const rows = Object.values(schema.getTypeMap())
  .filter((type) => (isObjectType(type) || isInterfaceType(type)) && !type.name.startsWith('__'))
  .flatMap((type) => {
    const fields = isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : []
    return fields.map(({ name, extensions }) => ({ type: type.name, name, scope: scopeOf(extensions) }))
  })

describe('permission matrix', () => {
  test('every root field needs an API key', () => {
    const open = rows.filter(({ type, scope }) => ROOTS.includes(type) && scope === undefined)
    expect(open).toEqual([])
  })

  test('the permission of every field equals the reviewed permission matrix', async () => {
    const rank = (type: string) => (ROOTS.includes(type) ? ROOTS.indexOf(type) : ROOTS.length)
    const sorted = rows.sort(
      (a, b) => rank(a.type) - rank(b.type) || a.type.localeCompare(b.type) || a.name.localeCompare(b.name),
    )
    const lines = sorted.map(
      ({ type, name, scope }) => `${`${type}.${name}`.padEnd(64)} ${scope ?? '(whoever has its object)'}`,
    )
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('permission-matrix.txt')
  })
})
