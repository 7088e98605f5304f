import { builder } from './builder.ts'

/** The actor of a change as its row has it: an id, and the name at the time of the change. */
interface ActorShape {
  id: string
  name: string
}

const SYSTEM_ID = 'system'

export const ActorType = builder.interfaceRef<ActorShape>('Actor').implement({
  description: 'The principal that made a change, also one that was deleted since.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the principal, such as `key_…`, or `system`.' }),
    name: t.exposeString('name', {
      description: 'Name of the principal at the time of the change; empty for changes of earlier versions.',
    }),
  }),
  resolveType: ({ id }) => (id === SYSTEM_ID ? 'SystemActor' : 'ApiKeyActor'),
})

builder.objectRef<ActorShape>('ApiKeyActor').implement({
  description: 'An API key as the actor of a change.',
  interfaces: [ActorType],
})

builder.objectRef<ActorShape>('SystemActor').implement({
  description: 'Signalbox itself, as the actor of changes that no request caused.',
  interfaces: [ActorType],
})

/** The actor of a row. Functions of the database store no name for Signalbox itself. */
export function actorOf(id: string, name: string | null): ActorShape {
  return { id, name: name ?? (id === SYSTEM_ID ? 'Signalbox' : '') }
}
