import {
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
} from 'graphql'
import { isAsyncIterable, type Plugin } from 'graphql-yoga'
import type { IntrospectionBudget } from '../domain/limits/introspection-budget.ts'
import type { Limits } from '../domain/limits/limits.ts'
import { clientNetwork } from '../lib/networks.ts'
import { retryAfter, setLimitHeaders, tightestOf } from './limit-headers.ts'
import { type Cost, costOf } from './query-limits.ts'
import type { RequestContext, ServerContext } from './request-context.ts'

/**
 * Spends from the limits of the principal right before an operation executes, over every transport: a request refused
 * earlier spends nothing. The answer reports the cost. Without a key, introspection spends from the budget of strangers.
 */
export function spendLimits(limits: Limits, introspection: IntrospectionBudget): Plugin<ServerContext> {
  async function spend({ document, operationName, contextValue }: ExecutionArgs): Promise<ExecutionResult | undefined> {
    const { requestContext } = contextValue as ServerContext
    const operation = getOperationAST(document, operationName)
    if (operation) requestContext.operation = requestContext.persisted ?? nameOf(operation)
    // Execution refuses an unknown operation.
    if (!operation) return undefined
    const cost = costOf(operation)
    if (requestContext.viewer === null) return spendAsStranger(introspection, requestContext, cost)
    requestContext.cost = cost
    await ask(limits, requestContext, { requests: 1, points: cost.requested })
    return requestContext.limits?.admitted === false ? refusal(requestContext) : undefined
  }

  return {
    async onExecute({ args, setResultAndStopExecution }) {
      const refused = await spend(args)
      if (refused !== undefined) return setResultAndStopExecution(refused)
      const { requestContext } = args.contextValue
      return {
        onExecuteDone({ result, setResult }) {
          if (isAsyncIterable(result) || requestContext.cost === undefined) return
          const cost = costs(requestContext.cost, requestContext.limits, result)
          setResult({ ...result, extensions: { ...result.extensions, cost } })
        },
      }
    },
    async onSubscribe({ args, setResultAndStopExecution }) {
      const refused = await spend(args)
      if (refused !== undefined) setResultAndStopExecution(refused)
    },
  }
}

/** The refusal of introspection past the budget of strangers; undefined for an admitted operation. */
async function spendAsStranger(
  budget: IntrospectionBudget,
  { ip, response }: RequestContext,
  { introspected }: Cost,
): Promise<ExecutionResult | undefined> {
  if (introspected === 0) return undefined
  const seconds = budget.spend(ip && clientNetwork(ip), introspected)
  if (seconds === 0) {
    await budget.turn()
    return undefined
  }
  if (response?.headersSent === false) response.setHeader('Retry-After', seconds)
  const message = `Clients without a key have read too much of the schema in this minute. Present an API key, or try again in ${seconds} s.`
  const extensions = { code: 'RATE_LIMITED', window: 'minute', retryAfter: seconds, http: { status: 429 } }
  return { errors: [new GraphQLError(message, { extensions })] }
}

/**
 * Name under which usage counts the operation. Signalbox chooses the names, so that clients cannot create unlimited
 * ones.
 */
function nameOf({ selectionSet }: OperationDefinitionNode): string {
  const [first, ...more] = selectionSet.selections
  return first?.kind === Kind.FIELD && more.length === 0 ? first.name.value : 'several'
}

/** Adds the limit headers to answers given before execution, without spending. */
export async function lookAtLimits(limits: Limits, requestContext: RequestContext): Promise<void> {
  if (requestContext.viewer !== null && requestContext.limits === undefined)
    await ask(limits, requestContext, { requests: 0, points: 0 })
}

/** Spends one request for a new WebSocket. False when the limits of its key do not admit it. */
export async function spendConnection(limits: Limits, requestContext: RequestContext): Promise<boolean> {
  await ask(limits, requestContext, { requests: 1, points: 0 })
  return requestContext.limits?.admitted !== false
}

/**
 * Spends one request without a known credential from the limit of its address, over all processes.
 *
 * @returns seconds until the limit admits a request; 0 when it was admitted
 */
export async function spendAsAddress(limits: Limits, { ip }: RequestContext): Promise<number> {
  const subject = { id: `address ${ip && clientNetwork(ip)}`, tier: 'STRANGERS', plan: null } as const
  const state = await limits.spend(subject, { requests: 1, points: 0 })
  return state === undefined || state.admitted ? 0 : retryAfter(state)
}

/** Message to an address past its limit. */
export const ADDRESS_LIMITED = (seconds: number): string =>
  `Too many requests without a known key or session came from this address. Try again in ${seconds} s.`

async function ask(
  limits: Limits,
  requestContext: RequestContext,
  amounts: { requests: number; points: number },
): Promise<void> {
  const { principal, tier, plan } = requestContext.viewer!
  const isPerson = principal.kind === 'PERSON'
  const subject = { id: principal.id, tier: isPerson ? ('PEOPLE' as const) : tier, plan: isPerson ? null : plan }
  requestContext.limits = (await limits.spend(subject, amounts)) ?? null
  const { response } = requestContext
  if (requestContext.limits !== null && response?.headersSent === false)
    setLimitHeaders(response, requestContext.limits)
}

function refusal({ limits, response, viewer }: RequestContext): ExecutionResult {
  const { name } = tightestOf(limits!)
  const seconds = retryAfter(limits!)
  const about = { code: 'RATE_LIMITED', window: name, ...(response && { http: { status: 429 } }) }
  const extensions = limits!.exceedsWindow ? about : { ...about, retryAfter: seconds }
  const isPerson = viewer?.principal.kind === 'PERSON'
  const who = isPerson ? 'You have' : 'This key has'
  const message = limits!.exceedsWindow
    ? `This operation costs more points than ${isPerson ? 'you' : 'this key'} may spend within a minute. Request less.`
    : name === 'cost'
      ? `${who} too few cost points left for this operation. Request less, or try again in ${seconds} s.`
      : `${who} used up ${isPerson ? 'your' : 'its'} requests for this ${name}. Try again in ${seconds} s.`
  return { errors: [new GraphQLError(message, { extensions })] }
}

/** The value of `extensions.cost`, in points. */
function costs({ base, requested }: Cost, limits: RequestContext['limits'], { data }: ExecutionResult) {
  const window = limits?.windows.find(({ name }) => name === 'cost')
  const left = window && { limit: window.limit, remaining: window.remaining, resetAt: new Date(window.resetAt) }
  const objects = Object.values(data ?? {}).reduce<number>((sum, value) => sum + objectsIn(value), 0)
  // All issues of an input count as one object.
  return { requested, actual: Math.min(base + objects, requested), left: left ?? null }
}

/** Objects made by the execution have no prototype; objects inside a JSON scalar have one. */
function objectsIn(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, entry) => sum + objectsIn(entry), 0)
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== null) return 0
  return Object.values(value).reduce<number>((sum, entry) => sum + objectsIn(entry), 1)
}
