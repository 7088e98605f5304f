import { createContext, useContext } from 'react'
import type { Graph } from './client.ts'
import type { SessionQuery } from './operations.ts'

export type SessionViewer = SessionQuery['viewer']

export interface Session {
  viewer: SessionViewer
  /** Organizations of the person. */
  memberships: SessionQuery['memberships']
  graph: Graph
  /** True when the person has the permission, such as `keys:write`. */
  can(permission: string): boolean
  /** Present while a person of the operator is in an organization that is not one of its own. */
  visit: Visit | undefined
}

/** The stay of a person of the operator in another organization. */
export interface Visit {
  /** Reason for changes, which both audit trails record; undefined while the person only reads. */
  reason: string | undefined
  setReason(reason: string | undefined): void
}

export const SessionContext = createContext<Session | undefined>(undefined)

/** The signed-in person in the organization of the page. */
export function useSession(): Session {
  const session = useContext(SessionContext)
  if (session === undefined) throw new Error('The page stands outside of a session.')
  return session
}

/** @param visit the stay of a person who is no member of the organization */
export function sessionOf(
  viewer: SessionViewer,
  memberships: SessionQuery['memberships'],
  graph: Graph,
  visit: Visit,
): Session {
  const isMember = memberships.some(({ organizationId }) => organizationId === viewer.organization.id)
  return { viewer, memberships, graph, can: allowedBy(viewer), visit: isMember ? undefined : visit }
}

function allowedBy({ permissions }: SessionViewer) {
  const allowed = new Set(
    permissions.flatMap(({ resource, actions }) => actions.map((action) => `${resource}:${action.toLowerCase()}`)),
  )
  return (permission: string) => allowed.has(permission)
}
