import type { ObjectFieldsShape } from '@pothos/core'
import { builder, requireViewer } from './builder.ts'

/** Description of the argument `expectedVersion` of updates. */
export const EXPECTED_VERSION =
  'Version on which the changes are based. The update of another version changes nothing and is answered with the current object. Default: any version.'

type Fields<Shape> = ObjectFieldsShape<typeof builder.$inferSchemaTypes, Shape>

/**
 * The payload of a mutation: the changed objects, and the organization with the counts and lists that the change
 * altered, so that a normalized cache updates every view from one answer.
 */
export function createPayload<Shape extends object>(name: string, description: string, fields: Fields<Shape>) {
  return builder.objectRef<Shape>(name).implement({
    description,
    fields: (t) => ({
      ...fields(t),
      organization: t.prismaField({
        type: 'Organization',
        description: 'Organization of the request, after the change.',
        resolve: (query, _payload, _args, context) =>
          context.services.organizations.current(requireViewer(context), query),
      }),
    }),
  })
}
