import { type Action, listPermissions, type Permission, readPermissions } from '../src/domain/people/permissions.ts'
import { builder } from './builder.ts'

const PermissionAction = builder.enumType('PermissionAction', {
  description: 'Action on a resource. No action implies another.',
  values: {
    READ: { value: 'read', description: 'Read and subscribe.' },
    WRITE: { value: 'write', description: 'Create and change.' },
    DELETE: { value: 'delete', description: 'Delete and revoke.' },
  } as const satisfies Record<Uppercase<Action>, { value: Action; description: string }>,
})

export const PermissionType = builder.objectRef<Permission>('Permission').implement({
  description: 'The allowed actions on a resource.',
  fields: (t) => ({
    resource: t.exposeString('resource', {
      description: 'Resource of Signalbox, such as `events`, or of the operator, such as `invoices`.',
    }),
    actions: t.field({
      type: [PermissionAction],
      description: 'Actions that the permission allows.',
      resolve: ({ actions }) => actions,
    }),
  }),
})

export const PermissionInput = builder.inputType('PermissionInput', {
  description: 'Actions to allow on a resource.',
  fields: (t) => ({
    resource: t.string({
      required: true,
      description:
        'Resource of Signalbox: `keys`, `webhooks`, `events`, `deliveries`, `usage`, `audit`, `members`, `platform`; or one that the operator declared with `permissionResourceCreate`.',
    }),
    actions: t.field({ type: [PermissionAction], required: true, description: 'Allowed actions, at least one.' }),
  }),
})

/** Permissions of a stored key as a list. */
export const permissionsOf = (stored: unknown): Permission[] => listPermissions(readPermissions(stored))
