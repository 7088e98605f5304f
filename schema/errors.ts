import { ConflictError, type Issue, NotFoundError, type SignalboxError, ValidationError } from '../src/lib/errors.ts'
import { builder } from './builder.ts'

/** Expected errors are members of result unions; each says what to do. */
const ErrorInterface = builder.interfaceRef<SignalboxError>('Error').implement({
  description: 'Something that a caller can act on.',
  fields: (t) => ({
    code: t.exposeString('code', { description: 'Stable: programs may rely on it.' }),
    message: t.exposeString('message', { description: 'What to do, for a person.' }),
  }),
})

const IssueType = builder.objectRef<Issue>('ValidationIssue').implement({
  description: 'One thing wrong with an input.',
  fields: (t) => ({
    path: t.exposeString('path', { description: 'Leads to it, such as `input.eventTypes.0`.' }),
    message: t.exposeString('message', { description: 'What is wrong.' }),
  }),
})

builder.objectType(ValidationError, {
  name: 'ValidationError',
  description: 'The input breaks rules. Nothing was changed.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    issues: t.field({
      type: [IssueType],
      description: 'Every rule that is broken.',
      resolve: ({ issues }) => issues,
    }),
  }),
})

builder.objectType(NotFoundError, {
  name: 'NotFoundError',
  description: 'There is no such thing in this organization.',
  interfaces: [ErrorInterface],
})

builder.objectType(ConflictError, {
  name: 'ConflictError',
  description: 'The state of things forbids it; `code` says which.',
  interfaces: [ErrorInterface],
})
