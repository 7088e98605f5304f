import { lazy, type ReactNode, Suspense, useEffect, useMemo, useRef, useState } from 'react'
import { Provider } from 'urql'
import { createGraph, type Graph } from './graph/client.ts'
import { useKeepSession } from './graph/keep-session.ts'
import { session } from './graph/operations.ts'
import { useRead } from './graph/use-operation.ts'
import { SessionContext, type SessionViewer, sessionOf, type Visit } from './graph/use-session.ts'
import { Failed, Loading } from './ui/states.tsx'

const Restricted = lazy(() => import('./pages/restricted.tsx'))
/** Codes of refusals to a signed-in person without access to any page of the organization. */
const RESTRICTIONS = ['TWO_FACTOR_REQUIRED', 'NO_ORGANIZATION', 'ADDRESS_NOT_ALLOWED', 'FORBIDDEN']

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
