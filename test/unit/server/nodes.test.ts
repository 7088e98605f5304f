import { defaultFieldResolver, type GraphQLResolveInfo, isObjectType } from 'graphql'
import { describe, expect, test } from 'vitest'
import { typeOfId } from '../../../schema/nodes.ts'
import { schema } from '../../../schema/schema.ts'

const nodes = Object.values(schema.getTypeMap())
  .filter(isObjectType)
  .filter((type) => type.getInterfaces().some(({ name }) => name === 'Node'))

describe('node id', () => {
  test.each(nodes.map((type) => [type.name, type] as const))(
    'the id of a %s resolves synchronously from its row',
    (_name, type) => {
      const { resolve = defaultFieldResolver } = type.getFields().id!
      expect(resolve({ id: 'any_1' }, {}, {}, { fieldName: 'id' } as GraphQLResolveInfo)).toBe('any_1')
    },
  )

  test('a prefix of an id names its type, and other texts name none', () => {
    const prefixes = 'org key type whep evt dlv att aud rpl blk doc usr ses mem inv'
    const types = prefixes.split(' ').map((prefix) => typeOfId(`${prefix}_1`))
    expect(types.sort()).toEqual(nodes.map(({ name }) => name).sort())
    for (const id of ['sec_1', 'evt', '', '_', 'constructor_1', '__proto__']) expect(typeOfId(id), id).toBeUndefined()
  })
})
