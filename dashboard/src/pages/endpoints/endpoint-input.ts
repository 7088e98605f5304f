import type { RetryPreset, WebhookEndpointUpdateInput } from '../../graph/operations.ts'
import type { EndpointRow } from '../../graph/rows.ts'
import type { Refusal } from '../../graph/use-operation.ts'
import { endpointSettingTexts as settingTexts } from '../../texts/endpoint-settings.ts'
import { texts } from '../../texts.ts'
import { parseExactly } from './predicate-form.ts'

// The settings of an endpoint: as the fields of a form hold them, as the API takes them, and compared with each other.

const words = settingTexts.predicate

const listOf = (form: FormData, name: string): string[] =>
  String(form.get(name) ?? '')
    .split(/\s+/)
    .filter((entry) => entry !== '')

/** A number, or null for an empty field. */
function numberOf(form: FormData, name: string): number | null {
  const text = String(form.get(name) ?? '')
  return text === '' ? null : Number(text)
}

/** The predicate that a form holds as JSON. @throws SyntaxError and RangeError with a text for the person */
function readPredicate(form: FormData): WebhookEndpointUpdateInput['predicate'] {
  const text = String(form.get('predicate') ?? '').trim()
  if (text === '') return null
  if (text === words.inexactMark) throw new RangeError(words.inexact)
  try {
    return parseExactly(text) as WebhookEndpointUpdateInput['predicate']
  } catch (error) {
    if (error instanceof RangeError) throw new RangeError(words.inexact)
    throw new SyntaxError(words.noJson)
  }
}

/** The refusal of a predicate that `readPredicate` could not read, at its field. */
export const predicateRefusal = (error: unknown): Refusal => ({
  code: 'VALIDATION_FAILED',
  message: texts.endpoints.form.checkFields,
  issues: { predicate: (error as Error).message },
})

/** The filter that a form holds. @throws like `readPredicate` */
export const readFilter = (form: FormData) => ({
  eventTypes: listOf(form, 'eventTypes'),
  channels: listOf(form, 'channels'),
  predicate: readPredicate(form),
})

/** The settings that a form holds, in the shape of the API. @throws like `readPredicate` */
export function readEndpoint(form: FormData) {
  const [names, values] = [form.getAll('headerName'), form.getAll('headerValue')]
  const headers = names.map((name, index) => ({ name: String(name), value: String(values[index]) }))
  const preset = String(form.get('preset') ?? '')
  return {
    ...(form.has('url') && { url: String(form.get('url')) }),
    description: String(form.get('description')),
    ...readFilter(form),
    ...(form.has('replacesHeaders') && { headers }),
    timeoutSeconds: numberOf(form, 'timeoutSeconds') ?? 0,
    ...(form.has('rateLimit') && { rateLimit: numberOf(form, 'rateLimit') }),
    maxConcurrency: numberOf(form, 'maxConcurrency') ?? 0,
    disableAfterFailures: numberOf(form, 'disableAfterFailures'),
    ...(preset !== '' && { retryPolicy: { preset: preset as RetryPreset } }),
  }
}

/** The settings of a stored endpoint that `readEndpoint` reads from its form. */
const settingsOf = (endpoint: EndpointRow) => ({
  url: endpoint.url,
  description: endpoint.description,
  eventTypes: endpoint.eventTypes,
  channels: endpoint.channels,
  predicate: endpoint.predicate,
  timeoutSeconds: endpoint.timeoutSeconds,
  rateLimit: endpoint.rateLimit,
  maxConcurrency: endpoint.maxConcurrency,
  disableAfterFailures: endpoint.disableAfterFailures,
})

const isEqual = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

/** The entries of a form that differ from the endpoint with which the form began. */
export function changesOf(entered: ReturnType<typeof readEndpoint>, base: EndpointRow): WebhookEndpointUpdateInput {
  const before: Record<string, unknown> = settingsOf(base)
  const changed = Object.entries(entered).filter(([name, value]) => !(name in before) || !isEqual(value, before[name]))
  const isEmptied = entered.headers?.length === 0 && base.headerNames.length === 0
  return Object.fromEntries(changed.filter(([name]) => name !== 'headers' || !isEmptied))
}

/** A setting that another person changed. */
export interface Difference {
  name: Exclude<keyof typeof settingTexts.settingNames, 'externalId'>
  before: unknown
  now: unknown
}

/** Settings that differ between two versions of an endpoint. */
export function differencesOf(before: EndpointRow, now: EndpointRow): Difference[] {
  const shown = (endpoint: EndpointRow) => ({
    ...settingsOf(endpoint),
    maxAgeSeconds: endpoint.maxAgeSeconds,
    headers: endpoint.headerNames,
    retryPolicy: endpoint.retryPolicy.backoffSeconds.slice(0, endpoint.retryPolicy.maxAttempts - 1),
  })
  const [old, current] = [shown(before), shown(now)]
  return (Object.keys(old) as Difference['name'][])
    .filter((name) => !isEqual(old[name], current[name]))
    .map((name) => ({ name, before: old[name], now: current[name] }))
}
