import {
  type GraphQLArgument,
  type GraphQLInputField,
  getNamedType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql'
import { describe, expect, test } from 'vitest'
import { ownerOf } from '../../../schema/external-ids.ts'
import { schema } from '../../../schema/schema.ts'

interface IdArgument {
  name: string
  description: string
  acceptsExternalId: boolean
}

/** Every argument and input field of type ID, by the names of its place. */
function idArguments(): IdArgument[] {
  const of = (place: string, field: string, members: readonly (GraphQLArgument | GraphQLInputField)[]) =>
    members
      .filter(({ type }) => getNamedType(type).name === 'ID')
      .map(({ name, description }) => ({
        name: `${place}.${name}`,
        description: description ?? '',
        acceptsExternalId: ownerOf(name, field) !== undefined,
      }))
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if (isInputObjectType(type)) return of(type.name, '', Object.values(type.getFields()))
    if (!(isObjectType(type) || isInterfaceType(type)) || type.name.startsWith('__')) return []
    return Object.values(type.getFields()).flatMap(({ name, args }) => of(`${type.name}.${name}`, name, args))
  })
}

describe('argument of type ID', () => {
  const all = idArguments()
  const accepting = all.filter(({ acceptsExternalId }) => acceptsExternalId)

  test('an argument that accepts external ids says so', () => {
    expect(accepting.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'Mutation.organizationDelete.id',
        'Mutation.webhookEndpointUpdate.id',
        'DeliveryFilter.endpointId',
      ]),
    )
    for (const { name, description } of accepting) expect(description, name).toContain('external id')
  })

  test('every argument that names an endpoint or organization accepts external ids', () => {
    const others = all.filter(({ acceptsExternalId }) => !acceptsExternalId)
    expect(others.length).toBeGreaterThan(10)
    for (const { name, description } of others)
      expect(description, name).not.toMatch(/\b(id of|to) (the|an|this) (endpoint|organization)\b|external id/i)
  })
})
