import {
  coerceInputValue,
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  getOperationAST,
  isInputType,
  isNonNullType,
  typeFromAST,
} from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { Issue } from '../lib/errors.ts'
import { shortenEchoes } from '../lib/shorten-echoes.ts'
import { withCode } from './public-error.ts'

/** Maximum issues of one answer: each entry of a list may be wrong in its own way. */
const ISSUES_SHOWN = 20
/** Ends the coercion at the last issue that is shown: a long list of wrong entries would take seconds. */
const ENOUGH = new Error('Enough issues')

/**
 * Checks the variables right before the operation executes and names the path of each one that has not the type of its
 * declaration. The executors would say only the fault, and print the whole value in each of 50 errors.
 */
export const explainVariables: Plugin = {
  onExecute: ({ executeFn, setExecuteFn }) => setExecuteFn((args: ExecutionArgs) => refusalOf(args) ?? executeFn(args)),
  onSubscribe: ({ subscribeFn, setSubscribeFn }) =>
    setSubscribeFn((args: ExecutionArgs) => refusalOf(args) ?? subscribeFn(args)),
}

/** Cuts long input in the errors of a document, which Yoga does not mask. WebSocket masks them by itself. */
export const shortenErrors: Plugin = {
  onValidate:
    () =>
    ({ valid, result, setResult }) => {
      if (!valid) setResult(result.map((error) => (error instanceof GraphQLError ? withCode(error, INVALID) : error)))
    },
}
const INVALID = 'GRAPHQL_VALIDATION_FAILED'

function refusalOf(args: ExecutionArgs): ExecutionResult | undefined {
  const issues = issuesOf(args)
  if (issues.length === 0) return undefined
  const message = issues.map((issue) => `${issue.path}: ${issue.message}`).join('; ')
  const extensions = { code: 'BAD_USER_INPUT', issues, http: { status: 400 } }
  return { errors: [new GraphQLError(message, { extensions })] }
}

/** The rule of each scalar as a sentence of Signalbox. */
const RULES: Record<string, string | undefined> = {
  Int: 'must be a whole number from -2,147,483,648 to 2,147,483,647',
  Float: 'must be a number',
  String: 'must be a string',
  ID: 'must be an id, which is a string',
  Boolean: 'must be true or false',
  DateTime: 'must be a time in ISO 8601, such as "2026-01-02T03:04:05Z"',
}

/** graphql-js begins the message of a scalar with its name. */
function sentenceOf(message: string): string {
  return RULES[/^(\w+) cannot represent /.exec(message)?.[1] ?? ''] ?? message
}

function issuesOf(args: ExecutionArgs): Issue[] {
  const issues: Issue[] = []
  const add = (name: string, path: readonly (string | number)[], message: string) => {
    issues.push({ path: shortenEchoes(['variables', name, ...path].join('.')), message: shortenEchoes(message) })
    if (issues.length === ISSUES_SHOWN) throw ENOUGH
  }
  try {
    addIssues(args, add)
  } catch (error) {
    if (error !== ENOUGH) throw error
  }
  return issues
}

function addIssues(
  { schema, document, operationName, variableValues }: ExecutionArgs,
  add: (name: string, path: readonly (string | number)[], message: string) => void,
): void {
  for (const definition of getOperationAST(document, operationName)?.variableDefinitions ?? []) {
    const name = definition.variable.name.value
    const type = typeFromAST(schema, definition.type)
    const value = variableValues?.[name]
    if (!isInputType(type)) continue
    if (value !== undefined)
      coerceInputValue(value, type, (path, _value, error) => add(name, path, sentenceOf(error.message)))
    else if (isNonNullType(type) && definition.defaultValue === undefined) add(name, [], 'is required')
  }
}
