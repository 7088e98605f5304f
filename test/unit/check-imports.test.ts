import { describe, expect, test } from 'vitest'
import { findWrongImports } from '../../scripts/check-imports.ts'

describe('imports', () => {
  test('imports run in one direction, without circles, and no layer below schema knows GraphQL or HTTP', () => {
    expect(findWrongImports()).toEqual([])
  })
})
