import { listPermissions } from '../src/domain/people/permissions.ts'
import type { Viewer } from '../src/domain/people/viewer.ts'
import { ApiKey } from './api-key.ts'
import { builder, requireViewer } from './builder.ts'
import { Organization } from './organization.ts'
import { PermissionType } from './permission.ts'

export const ViewerType = builder.objectRef<Viewer>('Viewer').implement({
  description: 'The principal of the request and its organization.',
  fields: (t) => ({
    id: t.id({
      description: 'Id of the viewer: the id of the principal and the id of the organization.',
      resolve: ({ principal, organizationId }) => `${principal.id}.${organizationId}`,
    }),
    organization: t.field({
      type: Organization,
      description: 'Organization of every read and write of the request.',
      resolve: (viewer, _args, { services }) => services.organizations.current(viewer),
    }),
    apiKey: t.field({
      type: ApiKey,
      nullable: true,
      description: 'Presented API key; null while a platform key acts in another organization.',
      async resolve(viewer, _args, { services, readable }) {
        const key = await services.keys.presented(viewer)
        if (key !== null) readable.set(key.id, key.organizationId)
        return key
      },
    }),
    permissions: t.field({
      type: [PermissionType],
      description: 'Permissions of the principal, one entry for each resource.',
      resolve: ({ permissions }) => listPermissions(permissions),
    }),
  }),
})

builder.queryField('viewer', (t) =>
  t.field({
    type: ViewerType,
    description: 'The principal of the request and its organization.',
    authScopes: { authenticated: true },
    resolve: (_root, _args, context) => requireViewer(context),
  }),
)
