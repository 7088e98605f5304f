import type { Viewer } from '../src/domain/people/viewer.ts'
import { ApiKey } from './api-key.ts'
import { builder, viewerOf } from './builder.ts'
import { Organization } from './organization.ts'

const ViewerType = builder.objectRef<Viewer>('Viewer').implement({
  description: 'Who asks.',
  fields: (t) => ({
    organization: t.field({
      type: Organization,
      description: 'The organization that everything is read from and written to.',
      resolve: (viewer, _args, { domain }) => domain.organizations.current(viewer),
    }),
    apiKey: t.field({
      type: ApiKey,
      nullable: true,
      description: 'The key that was presented; null when it belongs to another organization than it acts in.',
      resolve: (viewer, _args, { domain }) => domain.keys.get(viewer, viewer.principal.id),
    }),
    permissions: t.field({
      type: 'JSON',
      description: 'Resource to actions: what this key may do.',
      resolve: ({ permissions }) => permissions,
    }),
  }),
})

builder.queryField('viewer', (t) =>
  t.field({
    type: ViewerType,
    description: 'Who asks: the key that was presented and its organization.',
    authScopes: { authenticated: true },
    resolve: (_root, _args, context) => viewerOf(context),
  }),
)
