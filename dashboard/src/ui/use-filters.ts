import { useSearchParams } from 'wouter'

/** Filters of a page, which are in its address: `get` reads one, `set` writes one and leaves the page of the list. */
export function useFilters() {
  const [params, setParams] = useSearchParams()
  return {
    get: (name: string): string => params.get(name) ?? '',
    /** The value, or undefined when the filter is not set. */
    given: (name: string): string | undefined => params.get(name) ?? undefined,
    isEmpty: [...params.keys()].every((name) => name === 'after'),
    set(name: string, value: string | undefined): void {
      setParams((before) => {
        const next = new URLSearchParams(before)
        if (name !== 'after') next.delete('after')
        if (value === undefined || value === '') next.delete(name)
        else next.set(name, value)
        return next
      })
    },
    clear: () => setParams({}),
  }
}
