import { isObjectType } from 'graphql'
import { expect, test } from 'vitest'
import { schema } from '../../../schema/schema.ts'

const nodes = Object.values(schema.getTypeMap())
  .filter(isObjectType)
  .filter((type) => type.getInterfaces().some(({ name }) => name === 'Node'))

test.each(nodes.map((type) => [type.name, type] as const))(
  'the id of a %s is what its row has, and nothing is waited for to say it',
  (_name, type) => {
    expect(type.getFields().id!.resolve!({ id: 'any_1' }, {}, {}, {} as never)).toBe('any_1')
  },
)
