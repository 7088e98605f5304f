import { createContext, type ReactNode, useContext, useMemo } from 'react'
import { Provider } from 'urql'
import { createGraph, type Graph } from './graph/client.ts'
import { type SessionQuery, session } from './graph/operations.ts'
import { useRead } from './graph/use-operation.ts'
import { isRestriction, Restricted } from './pages/restricted.tsx'
import { Failed, Loading } from './ui/states.tsx'

export type SessionViewer = SessionQuery['viewer']

interface Session {
  viewer: SessionViewer
  /** Organizations of the person. */
  memberships: SessionQuery['memberships']
  graph: Graph
  /** True when the person has the permission, such as `keys:write`. */
  can(permission: string): boolean
}

const SessionContext = createContext<Session | undefined>(undefined)

/** The signed-in person in the organization of the page. */
export function useSession(): Session {
  const session = useContext(SessionContext)
  if (session === undefined) throw new Error('The page stands outside of a session.')
  return session
}

/**
 * Opens the graph of an organization and shows its content once the person is known.
 *
 * @param onEnded called when there is no session, or when it ended
 */
export function SessionProvider(props: {
  organizationId: string | undefined
  onEnded: () => void
  children: (viewer: SessionViewer) => ReactNode
}) {
  const { organizationId, onEnded } = props
  const graph = useMemo(() => createGraph(organizationId, onEnded), [organizationId, onEnded])
  return (
    <Provider value={graph.client}>
      <Known graph={graph}>{props.children}</Known>
    </Provider>
  )
}

function Known({ graph, children }: { graph: Graph; children: (viewer: SessionViewer) => ReactNode }) {
  const answer = useRead(session, {})
  const { viewer, memberships } = answer.data ?? {}
  const value = useMemo(
    () => viewer && memberships && { viewer, memberships, graph, can: allowedBy(viewer) },
    [viewer, memberships, graph],
  )
  if (value !== undefined) return <SessionContext value={value}>{children(value.viewer)}</SessionContext>
  const isSignedOut = answer.fault?.code === 'UNAUTHENTICATED'
  if (answer.fault !== undefined && isRestriction(answer.fault))
    return <Restricted fault={answer.fault} onFree={answer.refresh} />
  if (answer.fault !== undefined && !isSignedOut) return <Failed fault={answer.fault} onRetry={answer.refresh} />
  return <Loading />
}

function allowedBy({ permissions }: SessionViewer) {
  const allowed = new Set(
    permissions.flatMap(({ resource, actions }) => actions.map((action) => `${resource}:${action.toLowerCase()}`)),
  )
  return (permission: string) => allowed.has(permission)
}
