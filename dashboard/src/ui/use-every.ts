import { useEffect, useRef } from 'react'
import { actedWithin } from '../graph/keep-session.ts'

/** Time without an act of the person after which a page stops reading again, so that the session can end. */
const AWAY_MS = 15 * 60_000

/** Calls back at an interval while the page is visible and the person is there. */
export function useEvery(ms: number, callback: () => void): void {
  const latest = useRef(callback)
  latest.current = callback
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible' && actedWithin(AWAY_MS)) latest.current()
    }, ms)
    return () => clearInterval(timer)
  }, [ms])
}
