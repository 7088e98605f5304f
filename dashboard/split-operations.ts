import type { Plugin } from 'vite'

const IMPORT = /import \{([^}]*)\} from '([^']*\/operations\.ts)'/g
const ONE = /\/operations\.ts\?only=(\w+)$/

/**
 * Gives every importer of `operations.ts` the operations that it names, each as a module of its own. The file has all of
 * them, so that the first load would carry those of every page.
 */
export function splitOperations(): Plugin {
  return {
    name: 'split-operations',
    apply: 'build',
    enforce: 'pre',
    transform(code, id) {
      const [, name] = ONE.exec(id) ?? []
      if (name !== undefined) {
        const value = new RegExp(`export const ${name}: [^=]+ = (\\{[\\s\\S]*?\\n\\})`).exec(code)?.[1]
        if (value === undefined) this.error(`operations.ts has no operation ${name}.`)
        return { code: `export const ${name} = ${value}`, map: null }
      }
      if (!/\.tsx?$/.test(id) || !code.includes('/operations.ts')) return undefined
      const split = (_import: string, names: string, file: string) =>
        names
          .split(',')
          .map((each) => each.trim())
          .filter((each) => each !== '' && !each.startsWith('type '))
          .map((each) => `import { ${each} } from '${file}?only=${each}'`)
          .join('\n')
      return { code: code.replace(IMPORT, split), map: null }
    },
  }
}
