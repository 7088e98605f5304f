import { describe, expect, test } from 'vitest'
import { acceptsGzip } from '../../../src/server/media-type.ts'

describe('Accept-Encoding', () => {
  test.each<[string, boolean]>([
    ['gzip', true],
    ['br, gzip ; q=0.5', true],
    ['*', true],
    ['gzip;q=0', false],
    ['gzip ; q=0.0', false],
    ['identity', false],
  ])('%s: gzip is accepted: %s', (header, accepted) => expect(acceptsGzip(header)).toBe(accepted))

  test('a million spaces are read in linear time', () => {
    expect(acceptsGzip(`a${' '.repeat(1_000_000)}b`)).toBe(false)
  })
})
