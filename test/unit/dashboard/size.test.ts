import { describe, expect, test } from 'vitest'
import { type Chunk, findExcess, partsOf } from '../../../scripts/dashboard-size.ts'

const MANIFEST: Record<string, Chunk> = {
  'index.html': { file: 'assets/index.js', isEntry: true, imports: ['_react.js'], css: ['assets/index.css'] },
  '_react.js': { file: 'assets/react.js' },
  '_form.js': { file: 'assets/form.js' },
  '_only-keys.js': { file: 'assets/only-keys.js' },
  'src/ui/chart.tsx': { file: 'assets/chart.js', src: 'src/ui/chart.tsx', css: ['assets/chart.css'] },
  'src/pages/keys/keys.tsx': {
    file: 'assets/keys.js',
    src: 'src/pages/keys/keys.tsx',
    imports: ['index.html', '_form.js', '_only-keys.js'],
  },
  'src/pages/usage/usage.tsx': {
    file: 'assets/usage.js',
    src: 'src/pages/usage/usage.tsx',
    imports: ['index.html', '_form.js'],
  },
}

describe('size of the dashboard', () => {
  test('every file belongs to the first load, to one page, or to the widgets that pages share', () => {
    expect(Object.fromEntries(partsOf(MANIFEST).map(({ name, files }) => [name, files]))).toEqual({
      'first load': ['index.html', 'assets/index.js', 'assets/index.css', 'assets/react.js'],
      'shared widgets': ['assets/form.js', 'assets/chart.js', 'assets/chart.css'],
      'keys/keys.tsx': ['assets/only-keys.js', 'assets/keys.js'],
      'usage/usage.tsx': ['assets/usage.js'],
    })
  })

  test('a part over its budget is named with its files and their sizes', () => {
    const bytes: Record<string, number> = { 'assets/keys.js': 30_000, 'assets/only-keys.js': 12_000 }
    expect(findExcess(partsOf(MANIFEST), (file) => bytes[file] ?? 100)).toEqual([
      'keys/keys.tsx has 42.0 KB after gzip, and its budget is 40 KB: assets/keys.js 30.0, assets/only-keys.js 12.0',
    ])
  })

  test('a part that has exactly its budget passes', () => {
    expect(findExcess(partsOf(MANIFEST), (file) => (file === 'assets/usage.js' ? 40_000 : 0))).toEqual([])
  })
})
