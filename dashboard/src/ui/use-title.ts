import { useEffect } from 'react'
import { texts } from '../texts.ts'

/** Names the tab of the browser, from the page to the product. */
export function useTitle(...parts: readonly string[]): void {
  const title = [...parts, texts.product].join(' · ')
  useEffect(() => {
    document.title = title
  }, [title])
}
