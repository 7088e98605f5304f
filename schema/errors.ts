import {
  ConflictError,
  type Issue,
  NotFoundError,
  type SignalboxError,
  UnauthenticatedError,
  ValidationError,
} from '../src/lib/errors.ts'
import { builder } from './builder.ts'

/** Expected errors are members of result unions. Each message names the action to take. */
export const ErrorInterface = builder.interfaceRef<SignalboxError>('Error').implement({
  description: 'An error that the caller can act on.',
  fields: (t) => ({
    code: t.exposeString('code', { description: 'Stable code that programs may rely on.' }),
    message: t.exposeString('message', { description: 'Message for people: the fault and the action to take.' }),
  }),
})

export const IssueType = builder.objectRef<Issue>('ValidationIssue').implement({
  description: 'One fault of an input.',
  fields: (t) => ({
    path: t.exposeString('path', { description: 'Path of the field, such as `input.eventTypes.0`.' }),
    message: t.exposeString('message', { description: 'Message for people: the broken rule.' }),
  }),
})

builder.objectType(ValidationError, {
  name: 'ValidationError',
  description: 'The input is invalid. Nothing was changed.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    issues: t.field({
      type: [IssueType],
      description: 'Faults of the input, one per broken rule.',
      resolve: ({ issues }) => issues,
    }),
  }),
})

builder.objectType(NotFoundError, {
  name: 'NotFoundError',
  description: 'The organization has no object with this id.',
  interfaces: [ErrorInterface],
})

builder.objectType(ConflictError, {
  name: 'ConflictError',
  description: 'The current state forbids the change. `code` names the reason.',
  interfaces: [ErrorInterface],
})

builder.objectType(UnauthenticatedError, {
  name: 'UnauthenticatedError',
  description: 'The credentials are wrong. Nothing was changed.',
  interfaces: [ErrorInterface],
})
