import { describe, expect, test } from 'vitest'
import { createBodyBytes } from '../../../src/server/body-bytes.ts'

const MIB = 1024 * 1024

describe('bytes of bodies', () => {
  test('a principal and the process have a bound, which frees with the answers', () => {
    const bodies = createBodyBytes({ principal: 2 * MIB, process: 3 * MIB })
    const [first, second, other] = [bodies.open('key_a'), bodies.open('key_a'), bodies.open('key_b')]
    expect(first.hold(MIB)).toBe(true)
    expect(first.hold(2 * MIB)).toBe(true)
    expect(second.hold(MIB)).toBe(false)
    expect(other.hold(MIB)).toBe(true)
    expect(other.hold(MIB + 1)).toBe(false)
    first.close()
    expect(second.hold(2 * MIB)).toBe(true)
  })

  test('a small body is not counted', () => {
    const bodies = createBodyBytes({ principal: MIB, process: MIB })
    expect(bodies.open('key_a').hold(MIB)).toBe(true)
    expect(bodies.open('key_a').hold(MIB / 4)).toBe(true)
  })
})
