import { isPersonId } from '../src/lib/ids.ts'
import { builder } from './builder.ts'

/** The actor of a change as its row has it: the id of a principal, and its name at the time of the change. */
interface ActorShape {
  principalId: string
  name: string
}

const SYSTEM_ID = 'system'

export const ActorType = builder.interfaceRef<ActorShape>('Actor').implement({
  description: 'The principal that made a change, also one that was deleted since.',
  fields: (t) => ({
    id: t.id({
      // Caches key objects by id: one of its own for each name keeps a snapshot from replacing the key, or another one.
      description: 'Id of the actor under this name, for caches.',
      resolve: ({ principalId, name }) => `${principalId}:${name}`,
    }),
    principalId: t.exposeID('principalId', {
      description: 'Id of the principal, such as `key_…` or `usr_…`, or `system`.',
    }),
    name: t.exposeString('name', {
      description: 'Name of the principal at the time of the change; empty for changes of earlier versions.',
    }),
  }),
  resolveType({ principalId }) {
    if (principalId === SYSTEM_ID) return 'SystemActor'
    return isPersonId(principalId) ? 'PersonActor' : 'ApiKeyActor'
  },
})

builder.objectRef<ActorShape>('ApiKeyActor').implement({
  description: 'An API key as the actor of a change.',
  interfaces: [ActorType],
})

builder.objectRef<ActorShape>('PersonActor').implement({
  description: 'A person as the actor of a change.',
  interfaces: [ActorType],
})

builder.objectRef<ActorShape>('SystemActor').implement({
  description: 'Signalbox itself, as the actor of changes that no request caused.',
  interfaces: [ActorType],
})

/** The actor of a row. Functions of the database store no name for Signalbox itself. */
export function actorOf(id: string, name: string | null): ActorShape {
  return { principalId: id, name: name ?? (id === SYSTEM_ID ? 'Signalbox' : '') }
}
