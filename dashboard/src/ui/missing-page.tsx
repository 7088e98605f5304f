import { useEffect, useState } from 'react'
import { texts } from '../texts.ts'
import { Failed } from './states.tsx'

const TRY_AGAIN_MS = 2_000

/**
 * Stands in the place of a page whose code could not be fetched. The browser remembers that, so the dashboard is loaded
 * anew once Signalbox answers; a server that answers at once has another fault, and the person decides.
 */
export function MissingPage() {
  const [isLost, setLost] = useState(true)
  useEffect(() => {
    let wasLost = false
    let timer: ReturnType<typeof setTimeout> | undefined
    let isOver = false
    async function look() {
      const isThere = await fetch('/dashboard', { cache: 'no-store' }).then(
        ({ ok }) => ok,
        () => false,
      )
      if (isOver) return
      if (isThere && wasLost) location.reload()
      else if (isThere) setLost(false)
      else {
        wasLost = true
        timer = setTimeout(look, TRY_AGAIN_MS)
      }
    }
    void look()
    return () => {
      isOver = true
      clearTimeout(timer)
    }
  }, [])
  const fault = isLost ? { code: 'NETWORK', message: '' } : { code: 'PAGE', message: texts.states.pageMissing }
  return <Failed fault={fault} onRetry={() => location.reload()} />
}
