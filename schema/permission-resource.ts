import { RESOURCES, type Resource } from '../src/domain/people/permissions.ts'
import { ConflictError, NotFoundError, ValidationError } from '../src/lib/errors.ts'
import { builder, omitNulls, requireViewer } from './builder.ts'
import { createPayload } from './payload.ts'

interface ResourceShape {
  name: string
  description: string
  isDeclared: boolean
}

/** Objects that a permission on a resource of Signalbox covers. */
const BUILT_IN: Record<Resource, string> = {
  keys: 'API keys and registered operations.',
  webhooks: 'Webhook endpoints.',
  events: 'Events and event types.',
  deliveries: 'Deliveries, attempts, statistics and replays.',
  usage: 'Usage of API keys.',
  audit: 'The audit trail.',
  members: 'Members of the organization.',
  organization: 'Settings of the organization and its deletion.',
  platform: 'The whole installation, for keys of the operator.',
}
const builtIn = RESOURCES.map((name): ResourceShape => ({ name, description: BUILT_IN[name], isDeclared: false }))

const PermissionResourceType = builder.objectRef<ResourceShape>('PermissionResource').implement({
  description: 'A resource that keys may have permissions on.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name of the resource, unique in the installation.' }),
    description: t.exposeString('description', { description: 'Description for people; may be empty.' }),
    isDeclared: t.exposeBoolean('isDeclared', {
      description: "True for a resource of the operator's own API, false for a resource of Signalbox.",
    }),
  }),
})

builder.queryField('permissionResources', (t) =>
  t.field({
    type: [PermissionResourceType],
    description:
      'Resources that keys may have permissions on: those of Signalbox, then those that the operator declared, at most 500. Needs `keys: read`.',
    authScopes: { can: 'keys:read' },
    async resolve(_root, _args, { services }) {
      const declared = await services.permissionResources.list()
      return [...builtIn, ...declared.map((resource) => ({ ...resource, isDeclared: true }))]
    },
  }),
)

const payload = (name: string, description: string) =>
  createPayload<{ permissionResource: ResourceShape }>(name, description, (t) => ({
    permissionResource: t.expose('permissionResource', { type: PermissionResourceType, description }),
  }))

const CreateInput = builder.inputType('PermissionResourceCreateInput', {
  description: "A resource of the operator's own API to declare.",
  fields: (t) => ({
    name: t.string({
      required: true,
      description:
        'Name of the resource: a lower-case letter, then up to 63 lower-case letters, digits or `_.-`, such as `invoices`.',
    }),
    description: t.string({ description: 'Description for people, at most 500 characters. Default empty.' }),
  }),
})

builder.mutationFields((t) => ({
  permissionResourceCreate: t.field({
    type: payload('PermissionResourceCreatePayload', 'The declared resource.'),
    description:
      "Declares a resource of the operator's own API, so that keys of every organization may have permissions on it. For the operator: needs `platform: write`.",
    authScopes: { can: 'platform:write' },
    errors: { types: [ValidationError, ConflictError] },
    args: { input: t.arg({ type: CreateInput, required: true, description: 'Resource to declare.' }) },
    async resolve(_root, { input }, context) {
      const { permissionResources } = context.services
      const resource = await permissionResources.create(requireViewer(context), omitNulls(input))
      return { permissionResource: { ...resource, isDeclared: true } }
    },
  }),
  permissionResourceDelete: t.field({
    type: payload('PermissionResourceDeletePayload', 'The deleted resource.'),
    description:
      'Deletes a declared resource that no key has permissions on; revoked keys do not count. For the operator: needs `platform: write`.',
    authScopes: { can: 'platform:write' },
    errors: { types: [NotFoundError, ConflictError] },
    args: { name: t.arg.string({ required: true, description: 'Name of the resource.' }) },
    async resolve(_root, { name }, context) {
      const resource = await context.services.permissionResources.delete(requireViewer(context), name)
      return { permissionResource: { ...resource, isDeclared: true } }
    },
  }),
}))
