import { useCallback, useEffect, useRef } from 'react'

/** Returns a function that calls back once within the time, however often it is called: for answers to many live messages. */
export function useSoon(ms: number, callback: () => void): () => void {
  const latest = useRef(callback)
  latest.current = callback
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  return useCallback(() => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined
      latest.current()
    }, ms)
  }, [ms])
}
