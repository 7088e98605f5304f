// npm run sdl: prints the schema to schema/schema.graphql, which is committed and reviewed. --check: fails when they differ.
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { lexicographicSortSchema, printSchema } from 'graphql'
import { schema } from '../schema/schema.ts'

const file = path.join(import.meta.dirname, '../schema/schema.graphql')
const printed = `${printSchema(lexicographicSortSchema(schema))}\n`
if (process.argv.includes('--check')) {
  if ((await readFile(file, 'utf8').catch(() => '')) !== printed) {
    console.error('schema/schema.graphql is not what the code prints. Run npm run sdl, and look at the difference.')
    process.exitCode = 1
  } else console.log('schema/schema.graphql is what the code prints.')
} else await writeFile(file, printed)
