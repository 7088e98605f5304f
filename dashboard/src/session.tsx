import { createContext, lazy, type ReactNode, Suspense, useContext, useEffect, useMemo, useRef, useState } from 'react'
import { Provider } from 'urql'
import { createGraph, type Graph } from './graph/client.ts'
import { useKeepSession } from './graph/keep-session.ts'
import { type SessionQuery, session } from './graph/operations.ts'
import { useRead } from './graph/use-operation.ts'
import { Failed, Loading } from './ui/states.tsx'

const Restricted = lazy(() => import('./pages/restricted.tsx'))
/** Codes of refusals to a signed-in person without access to any page of the organization. */
const RESTRICTIONS = ['TWO_FACTOR_REQUIRED', 'NO_ORGANIZATION', 'ADDRESS_NOT_ALLOWED', 'FORBIDDEN']

type SessionViewer = SessionQuery['viewer']

interface Session {
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
 * @param onEnded called when there is no session, or when it ended, with true when a page was shown before
 */
export function SessionProvider(props: {
  organizationId: string | undefined
  onEnded: (wasOpen: boolean) => void
  children: (viewer: SessionViewer) => ReactNode
}) {
  const { organizationId, onEnded } = props
  const [reason, setReason] = useState<string>()
  const wasOpen = useRef(false)
  const graph = useMemo(
    () => createGraph(organizationId, () => onEnded(wasOpen.current), reason),
    [organizationId, onEnded, reason],
  )
  return (
    <Provider value={graph.client}>
      <SessionReader graph={graph} visit={{ reason, setReason }} onOpen={() => (wasOpen.current = true)}>
        {props.children}
      </SessionReader>
    </Provider>
  )
}

interface SessionReaderProps {
  graph: Graph
  visit: Visit
  onOpen: () => void
  children: (viewer: SessionViewer) => ReactNode
}

function SessionReader({ graph, visit, onOpen, children }: SessionReaderProps) {
  const answer = useRead(session, {})
  const { viewer, memberships } = answer.data ?? {}
  const { reason, setReason } = visit
  const value = useMemo(
    () => viewer && memberships && sessionOf(viewer, memberships, graph, { reason, setReason }),
    [viewer, memberships, graph, reason, setReason],
  )
  useKeepSession(graph.client)
  useEffect(() => {
    if (value !== undefined) onOpen()
  }, [value, onOpen])
  // A right that was lost while the pages were open takes their place as well.
  if (answer.fault !== undefined && RESTRICTIONS.includes(answer.fault.code))
    return (
      <Suspense fallback={<Loading />}>
        <Restricted fault={answer.fault} onFree={answer.refresh} />
      </Suspense>
    )
  if (value !== undefined) return <SessionContext value={value}>{children(value.viewer)}</SessionContext>
  const isSignedOut = answer.fault?.code === 'UNAUTHENTICATED'
  if (answer.fault !== undefined && !isSignedOut) return <Failed fault={answer.fault} onRetry={answer.refresh} />
  return <Loading />
}

function sessionOf(
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
