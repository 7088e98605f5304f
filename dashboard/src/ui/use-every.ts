import { useEffect, useRef } from 'react'

/** Calls back at an interval while the page is visible. */
export function useEvery(ms: number, callback: () => void): void {
  const latest = useRef(callback)
  latest.current = callback
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') latest.current()
    }, ms)
    return () => clearInterval(timer)
  }, [ms])
}
