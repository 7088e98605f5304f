import { useEffect, useState } from 'react'
import type { Socket, LiveState as State } from '../graph/socket.ts'
import { LiveMark } from './live-mark.tsx'

/** The mark of a page whose live messages go through the cache. */
export function LiveState({ socket }: { socket: Socket }) {
  const [state, setState] = useState<State>('connecting')
  useEffect(() => socket.watch(setState), [socket])
  return <LiveMark state={state} />
}
