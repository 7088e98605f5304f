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
import { isAsyncIterable, type Plugin } from 'graphql-yoga'
import type { Issue } from '../lib/errors.ts'
import { shortenEchoes } from '../lib/shorten-echoes.ts'
import { withCode } from './public-error.ts'

/** Maximum issues of one answer: each entry of a list may be wrong in its own way. */
const ISSUES_SHOWN = 20

/**
 * Names the path of each variable that has not the type of its declaration. The executors say only the fault, so a failed
 * request is coerced again.
 */
export const explainVariables: Plugin = {
  onExecute: ({ args }) => ({
    onExecuteDone({ result, setResult }) {
      if (!isAsyncIterable(result)) explain(args, result, setResult)
    },
  }),
  onSubscribe: ({ args }) => ({
    onSubscribeResult({ result, setResult }) {
      if (!isAsyncIterable(result)) explain(args, result, setResult)
    },
  }),
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

function explain(args: ExecutionArgs, result: ExecutionResult, setResult: (result: ExecutionResult) => void): void {
  const { data, errors = [] } = result
  // Errors of variables come before any data, without a path in the answer and without a code.
  if (data != null || !errors.every(({ path, extensions }) => path === undefined && extensions.code === undefined))
    return
  const issues = issuesOf(args)
  if (issues.length === 0) return
  const message = issues.map((issue) => `${issue.path}: ${issue.message}`).join('; ')
  const extensions = { code: 'BAD_USER_INPUT', issues, http: { status: 400 } }
  setResult({ ...result, errors: [new GraphQLError(message, { extensions })] })
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

function issuesOf({ schema, document, operationName, variableValues }: ExecutionArgs): Issue[] {
  const issues: Issue[] = []
  const add = (name: string, path: readonly (string | number)[], message: string) => {
    if (issues.length < ISSUES_SHOWN)
      issues.push({ path: shortenEchoes(['variables', name, ...path].join('.')), message: shortenEchoes(message) })
  }
  for (const definition of getOperationAST(document, operationName)?.variableDefinitions ?? []) {
    const name = definition.variable.name.value
    const type = typeFromAST(schema, definition.type)
    const value = variableValues?.[name]
    if (!isInputType(type)) continue
    if (value !== undefined)
      coerceInputValue(value, type, (path, _value, error) => add(name, path, sentenceOf(error.message)))
    else if (isNonNullType(type) && definition.defaultValue === undefined) add(name, [], 'is required')
  }
  return issues
}
