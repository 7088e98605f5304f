import { expect, test } from 'vitest'
import { wrongImports } from '../scripts/imports.ts'

test('imports run one way, without circles, and the domain knows no GraphQL and no HTTP', () => {
  expect(wrongImports()).toEqual([])
})
