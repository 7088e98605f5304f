import { useEffect, useState, useSyncExternalStore } from 'react'
import { useSession } from '../graph/use-session.ts'
import { texts } from '../texts.ts'

/** Tells that the server cannot be reached, and so that the page may be old. Nothing while all is well. */
export function ConnectionNotice() {
  const { socket, reconnect } = useSession().graph
  const isLost = useSyncExternalStore(reconnect.watch, reconnect.isLost)
  const [isBroken, setBroken] = useState(false)
  useEffect(() => socket.watch((state) => setBroken(state === 'broken')), [socket])
  return (
    <div role="status" className="connection">
      {(isLost || isBroken) && (
        <p className="notice" data-tone="warn">
          {texts.live.lost}
        </p>
      )}
    </div>
  )
}
