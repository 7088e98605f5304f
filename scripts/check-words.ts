// npm run check: the words of comments, logs, schema descriptions and test titles, as CONTRIBUTING.md describes them.
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { type GraphQLSchema, isEnumType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql'
import { schema } from '../schema/schema.ts'

const root = path.join(import.meta.dirname, '..')
/** Maximum comment lines of TypeScript in `src`, `worker` and `schema` with one of the pronouns. The number only falls. */
const PRONOUN_LINES = 24
const PRONOUN = /\b(what|who|whose|whoever|whatever)\b/i
const BAD_START = /^(what|who|whose|whoever|of which)\b/i
/** Comments of TypeScript, and of SQL in its own files or in a template. */
const COMMENT = /^\s*(?:\/\/|\/\*\*|\*(?!\/)|--(?=\s))\s?(.*)$/
/** Ids of requirements: a letter and a number of one or two digits. */
const ROW_ID = /\b[KUWLDPIABO]\d{1,2}\b/
const SQL_COMMENT = /^\s*--/
const LOG_MESSAGE = /\blog\.\w+\(\s*(?:\{[^}]*\},\s*)?['"`]([^'"`]+)['"`]/g
const TEST_TITLE = /^\s*(?:test|describe)(?:\.each\(.*\))?\(\s*['`]([^'`]+)/
const DESCRIPTION_WORDS = 3

/** Descriptions that are absent, too short, or begin with a pronoun, each with its place in the schema. */
export function findBadDescriptions(schema: GraphQLSchema): string[] {
  const bad: string[] = []
  const check = (name: string, description: string | null | undefined) => {
    if (!description) bad.push(`${name} has no description`)
    else if (description.split(/\s+/).length < DESCRIPTION_WORDS) bad.push(`${name} is a fragment: ${description}`)
    else if (BAD_START.test(description)) bad.push(`${name} begins with a pronoun: ${description}`)
    else if (ROW_ID.test(description)) bad.push(`${name} names a requirement: ${description}`)
  }
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue
    check(type.name, type.description)
    if (isEnumType(type)) for (const value of type.getValues()) check(`${type.name}.${value.name}`, value.description)
    if (isInputObjectType(type))
      for (const field of Object.values(type.getFields())) check(`${type.name}.${field.name}`, field.description)
    if (isObjectType(type) || isInterfaceType(type))
      for (const field of Object.values(type.getFields())) {
        check(`${type.name}.${field.name}`, field.description)
        for (const arg of field.args) check(`${type.name}.${field.name}(${arg.name})`, arg.description)
      }
  }
  return bad
}

/** Faults in the comments and log messages of a source file, with line numbers, and its comment lines with a pronoun. */
export function findBadWords(text: string): { faults: string[]; pronounLines: number } {
  const faults: string[] = []
  let pronounLines = 0
  let begins = true
  for (const [index, line] of text.split('\n').entries()) {
    const comment = COMMENT.exec(line)?.[1]
    if (comment === undefined) {
      begins = true
      continue
    }
    if (PRONOUN.test(comment) && !SQL_COMMENT.test(line)) pronounLines++
    if (begins && BAD_START.test(comment)) faults.push(`${index + 1}: begins with a pronoun: ${comment}`)
    if (ROW_ID.test(comment)) faults.push(`${index + 1}: names a requirement: ${comment}`)
    begins = comment === '' || /[.*/]$/.test(comment)
  }
  for (const [, message = ''] of text.matchAll(LOG_MESSAGE))
    if (BAD_START.test(message) || ROW_ID.test(message)) faults.push(`log message: ${message}`)
  return { faults, pronounLines }
}

/** Test titles that name a requirement. */
export function findBadTitles(text: string): string[] {
  return text.split('\n').flatMap((line, index) => {
    const title = TEST_TITLE.exec(line)?.[1] ?? ''
    return ROW_ID.test(title) ? [`${index + 1}: names a requirement: ${title}`] : []
  })
}

const SOURCES = [
  'src/**/*.ts',
  'worker/**/*.ts',
  'schema/**/*.ts',
  'listen/**/*.ts',
  'scripts/**/*.ts',
  'prisma/functions/**/*.sql',
]

const read = (pattern: string | string[]) =>
  globSync(pattern, { cwd: root })
    .filter((file) => !file.includes('generated'))
    .map((file) => ({ file, text: readFileSync(path.join(root, file), 'utf8') }))

if (import.meta.main) {
  const faults = findBadDescriptions(schema).map((fault) => `schema/schema.graphql: ${fault}`)
  let pronounLines = 0
  for (const { file, text } of read(SOURCES)) {
    const found = findBadWords(text)
    faults.push(...found.faults.map((fault) => `${file}:${fault}`))
    if (!file.startsWith('scripts')) pronounLines += found.pronounLines
  }
  for (const { file, text } of read('test/**/*.test.ts'))
    faults.push(...findBadTitles(text).map((fault) => `${file}:${fault}`))
  if (pronounLines > PRONOUN_LINES)
    faults.push(
      `${pronounLines} comment lines contain what, who, whose, whoever or whatever; at most ${PRONOUN_LINES} may.`,
    )
  for (const fault of faults) console.error(fault)
  console.log(
    faults.length === 0 ? `Words are plain (${pronounLines} pronoun lines).` : `${faults.length} faults in words.`,
  )
  process.exitCode = faults.length === 0 ? 0 : 1
}
