import { useEffect, useState } from 'react'

/** The code in the fragment of a link, which is removed from the address, so that it stays in no history. */
export function useLinkCode(): string {
  const [code] = useState(() => location.hash.slice(1))
  useEffect(() => history.replaceState(null, '', location.pathname), [])
  return code
}
