import { ConflictError, type Issue, NotFoundError, type SignalboxError, ValidationError } from '../src/lib/errors.ts'
import { builder } from './builder.ts'

/** Expected errors are members of result unions. Each message says what to do. */
const ErrorInterface = builder.interfaceRef<SignalboxError>('Error').implement({
  description: 'An error that the caller can act on.',
  fields: (t) => ({
    code: t.exposeString('code', { description: 'Stable code that programs may rely on.' }),
    message: t.exposeString('message', { description: 'Sentence that tells a person what to do.' }),
  }),
})

const IssueType = builder.objectRef<Issue>('ValidationIssue').implement({
  description: 'One fault of an input.',
  fields: (t) => ({
    path: t.exposeString('path', { description: 'Path of the field, such as `input.eventTypes.0`.' }),
    message: t.exposeString('message', { description: 'The fault and the rule.' }),
  }),
})

builder.objectType(ValidationError, {
  name: 'ValidationError',
  description: 'The input is invalid. Nothing was changed.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    issues: t.field({
      type: [IssueType],
      description: 'Every fault of the input.',
      resolve: ({ issues }) => issues,
    }),
  }),
})

builder.objectType(NotFoundError, {
  name: 'NotFoundError',
  description: 'The id is unknown in this organization.',
  interfaces: [ErrorInterface],
})

builder.objectType(ConflictError, {
  name: 'ConflictError',
  description: 'The current state forbids the change. `code` names the reason.',
  interfaces: [ErrorInterface],
})
