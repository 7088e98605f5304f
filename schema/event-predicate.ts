import {
  PATH_STEPS,
  PREDICATE_BYTES,
  PREDICATE_CONDITIONS,
  PREDICATE_DEPTH,
  PREDICATE_VALUES,
  type PredicateInput,
} from '../src/domain/endpoints/predicate-input.ts'
import type { JsonText } from '../src/lib/json-text.ts'
import { builder } from './builder.ts'

const path = {
  required: true,
  description: `Names and list indexes from the envelope to the value, 1 to ${PATH_STEPS}, such as \`["data", "lines", "0", "sku"]\`. The first is \`id\`, \`type\`, \`timestamp\`, \`organizationId\`, \`data\`, \`previous\`, \`metadata\` or \`channels\`.`,
} as const

const Existence = builder.inputRef<{ path: string[] }>('EventPredicateExistsInput').implement({
  description: 'A path to look for.',
  fields: (t) => ({ path: t.stringList(path) }),
})

const Prefix = builder.inputRef<{ path: string[]; value: string }>('EventPredicatePrefixInput').implement({
  description: 'A path and the beginning of its value.',
  fields: (t) => ({
    path: t.stringList(path),
    value: t.string({ required: true, description: 'Beginning of the string, case-sensitive.' }),
  }),
})

const Comparison = builder
  .inputRef<{ path: string[]; value?: JsonText | null }>('EventPredicateComparisonInput')
  .implement({
    description: 'A path and the value to compare with.',
    fields: (t) => ({
      path: t.stringList(path),
      value: t.field({
        type: 'JSON',
        description:
          'A string, a number, a boolean or null; required. `less` and `greater` take a number or a string. Numbers are compared by their exact values, so `1.0` equals `1`.',
      }),
    }),
  })

const Membership = builder
  .inputRef<{ path: string[]; values: (JsonText | null)[] }>('EventPredicateInInput')
  .implement({
    description: 'A path and the values that it may have.',
    fields: (t) => ({
      path: t.stringList(path),
      values: t.field({
        type: t.listRef('JSON', { required: false }),
        required: true,
        description: `Strings, numbers, booleans or null, 1 to ${PREDICATE_VALUES}.`,
      }),
    }),
  })

/** Recursive, so that the shape is given by the domain. */
export const EventPredicateInput = builder.inputRef<PredicateInput>('EventPredicateInput')

EventPredicateInput.implement({
  isOneOf: true,
  description: `A condition on the envelope of an event: one operator. At most ${PREDICATE_CONDITIONS} conditions, nested at most ${PREDICATE_DEPTH} deep, of at most ${PREDICATE_BYTES} bytes as JSON. A comparison does not hold when its path leads nowhere, or to a value of another kind.`,
  fields: (t) => ({
    equals: t.field({ type: Comparison, description: 'Holds when the value at the path is the given one.' }),
    in: t.field({ type: Membership, description: 'Holds when the value at the path is one of the given ones.' }),
    prefix: t.field({ type: Prefix, description: 'Holds when the value at the path is a string with this beginning.' }),
    exists: t.field({ type: Existence, description: 'Holds when the path leads to a value, null included.' }),
    less: t.field({
      type: Comparison,
      description:
        'Holds when the value at the path is less: a smaller number, or an earlier string by UTF-16 code units.',
    }),
    greater: t.field({
      type: Comparison,
      description:
        'Holds when the value at the path is greater: a larger number, or a later string by UTF-16 code units.',
    }),
    and: t.field({ type: [EventPredicateInput], description: 'Holds when every condition holds.' }),
    or: t.field({ type: [EventPredicateInput], description: 'Holds when at least one condition holds.' }),
    not: t.field({
      type: EventPredicateInput,
      description: 'Holds when the condition does not hold, also because its path leads nowhere.',
    }),
  }),
})
