import { describe, expect, test } from 'vitest'
import { findFaults, isDeepImport } from '../../scripts/check-size.ts'

describe('check of files', () => {
  test('a file is refused when it has more than 250 lines', () => {
    expect(findFaults('src/a.ts', 'x\n'.repeat(250))).toEqual([])
    expect(findFaults('src/a.ts', 'x\n'.repeat(251))).toHaveLength(1)
  })

  test('a file is refused when it imports the inside of a package', () => {
    for (const inside of [
      ['pg', 'lib', 'client.js'],
      ['@scope', 'name', 'dist', 'a.js'],
    ].map((parts) => parts.join('/'))) {
      expect(findFaults('src/a.ts', `import client from '${inside}'\n`)).toHaveLength(1)
      expect(findFaults('src/a.ts', `const client = await import('${inside}')\n`)).toHaveLength(1)
    }
  })

  test.each(['pg', 'node:fs/promises', './lib/log.ts', 'graphql-ws/use/ws', '@prisma/client', 'vitest/config'])(
    '%s is a public interface',
    (specifier) => {
      expect(isDeepImport(specifier)).toBe(false)
    },
  )
})
