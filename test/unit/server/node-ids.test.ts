import { isObjectType } from 'graphql'
import { describe, expect, test } from 'vitest'
import { schema } from '../../../schema/schema.ts'

const nodes = Object.values(schema.getTypeMap())
  .filter(isObjectType)
  .filter((type) => type.getInterfaces().some(({ name }) => name === 'Node'))

describe('node id', () => {
  test.each(nodes.map((type) => [type.name, type] as const))(
    'the id of a %s resolves synchronously from its row',
    (_name, type) => {
      expect(type.getFields().id!.resolve!({ id: 'any_1' }, {}, {}, {} as never)).toBe('any_1')
    },
  )
})
