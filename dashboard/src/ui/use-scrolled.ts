import { useSyncExternalStore } from 'react'

/** Pixels from the top within which a page counts as not scrolled. */
const NEAR_TOP = 80

function subscribe(listener: () => void) {
  addEventListener('scroll', listener, { passive: true })
  return () => removeEventListener('scroll', listener)
}

/** True while the page is scrolled away from its top. */
export const useScrolled = (): boolean => useSyncExternalStore(subscribe, () => scrollY > NEAR_TOP)
