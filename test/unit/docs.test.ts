import { describe, expect, test } from 'vitest'
import { findBrokenPaths } from '../../scripts/check-docs.ts'

describe('documents', () => {
  test('every relative link and every path in backticks exists', () => {
    expect(findBrokenPaths()).toEqual([])
  })
})
