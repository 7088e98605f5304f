import { type ComponentType, type LazyExoticComponent, lazy } from 'react'

/** The code of a page could not be fetched. */
export class PageMissing extends Error {}

/** Fetches the code of a page when it is shown first. */
export function loadPage<Props>(
  load: () => Promise<{ default: ComponentType<Props> }>,
): LazyExoticComponent<ComponentType<Props>> {
  return lazy(() =>
    load().catch((cause: unknown) => {
      throw new PageMissing('The code of the page could not be fetched.', { cause })
    }),
  )
}
