import type { Viewer } from '../src/domain/people/viewer.ts'
import { ApiKey } from './api-key.ts'
import { builder, requireViewer } from './builder.ts'
import { Organization } from './organization.ts'

const ViewerType = builder.objectRef<Viewer>('Viewer').implement({
  description: 'The principal of the request and its organization.',
  fields: (t) => ({
    organization: t.field({
      type: Organization,
      description: 'The organization of every read and write.',
      resolve: (viewer, _args, { services }) => services.organizations.current(viewer),
    }),
    apiKey: t.field({
      type: ApiKey,
      nullable: true,
      description: 'The presented API key; null while a platform key acts in another organization.',
      resolve: (viewer, _args, { services }) => services.keys.get(viewer, viewer.principal.id),
    }),
    permissions: t.field({
      type: 'JSON',
      description: 'Permissions of the key as an object of resources and their actions.',
      resolve: ({ permissions }) => permissions,
    }),
  }),
})

builder.queryField('viewer', (t) =>
  t.field({
    type: ViewerType,
    description: 'The presented key and its organization.',
    authScopes: { authenticated: true },
    resolve: (_root, _args, context) => requireViewer(context),
  }),
)
