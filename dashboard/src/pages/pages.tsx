import { type ComponentType, Suspense } from 'react'
import { Route, Switch } from 'wouter'
import { useSession } from '../graph/use-session.ts'
import { texts } from '../texts.ts'
import { Boundary } from '../ui/boundary.tsx'
import { loadPage } from '../ui/load-page.ts'
import { Empty, Loading, NoPermission } from '../ui/states.tsx'
import { useTitle } from '../ui/use-title.ts'

const nav = texts.nav
const { groups } = nav

export interface PageEntry {
  path: string
  /** Permission without which the page says so and is left out of the navigation. */
  permission?: string
  /** Loads the code of the page. */
  Page: ComponentType<{ id: string }>
  /** Text in the navigation; absent for pages that other pages lead to. */
  title?: string
  group?: string
}

const [read, events, webhooks] = ['deliveries:read', 'events:read', 'webhooks:read']

/** Every page of an organization, in the order of the navigation. */
export const PAGES: readonly PageEntry[] = [
  { path: '/', permission: read, Page: loadPage(() => import('./overview/overview.tsx')), title: nav.overview },
  {
    path: '/deliveries',
    permission: read,
    Page: loadPage(() => import('./deliveries/deliveries.tsx')),
    ...{ title: nav.deliveries, group: groups.webhooks },
  },
  { path: '/deliveries/:id', permission: read, Page: loadPage(() => import('./deliveries/delivery.tsx')) },
  {
    path: '/endpoints',
    permission: webhooks,
    Page: loadPage(() => import('./endpoints/endpoints.tsx')),
    ...{ title: nav.endpoints, group: groups.webhooks },
  },
  { path: '/endpoints/:id', permission: webhooks, Page: loadPage(() => import('./endpoints/endpoint.tsx')) },
  {
    path: '/events',
    permission: events,
    Page: loadPage(() => import('./events/events.tsx')),
    ...{ title: nav.events, group: groups.webhooks },
  },
  { path: '/events/:id', permission: events, Page: loadPage(() => import('./events/event.tsx')) },
  {
    path: '/event-types',
    permission: events,
    Page: loadPage(() => import('./event-types/event-types.tsx')),
    ...{ title: nav.eventTypes, group: groups.webhooks },
  },
  { path: '/event-types/:id', permission: events, Page: loadPage(() => import('./event-types/event-type.tsx')) },
  {
    path: '/inbox',
    permission: 'webhooks:write',
    Page: loadPage(() => import('./inbox/inbox.tsx')),
    ...{ title: nav.inbox, group: groups.webhooks },
  },
  {
    path: '/replays',
    permission: read,
    Page: loadPage(() => import('./replays/replays.tsx')),
    ...{ title: nav.replays, group: groups.webhooks },
  },
  {
    path: '/dead-letters',
    permission: read,
    Page: loadPage(() => import('./dead-letters/dead-letters.tsx')),
    ...{ title: nav.deadLetters, group: groups.webhooks },
  },
  {
    path: '/keys',
    permission: 'keys:read',
    Page: loadPage(() => import('./keys/keys.tsx')),
    ...{ title: nav.keys, group: groups.access },
  },
  { path: '/keys/:id', permission: 'keys:read', Page: loadPage(() => import('./keys/key.tsx')) },
  {
    path: '/usage',
    permission: 'usage:read',
    Page: loadPage(() => import('./usage/usage.tsx')),
    ...{ title: nav.usage, group: groups.access },
  },
  {
    path: '/audit',
    permission: 'audit:read',
    Page: loadPage(() => import('./audit/audit.tsx')),
    ...{ title: nav.audit, group: groups.organization },
  },
  {
    path: '/members',
    permission: 'members:read',
    Page: loadPage(() => import('./members/members.tsx')),
    ...{ title: nav.members, group: groups.organization },
  },
  {
    path: '/settings',
    permission: 'members:read',
    Page: loadPage(() => import('./settings/settings.tsx')),
    ...{ title: nav.settings, group: groups.organization },
  },
  {
    path: '/operator',
    permission: 'platform:read',
    Page: loadPage(() => import('./operator/operator.tsx')),
    ...{ title: nav.operator, group: nav.installation },
  },
  { path: '/account', Page: loadPage(() => import('./account/account.tsx')) },
]

/** The page of the address, for people who may see it. */
export function Pages() {
  return (
    <Suspense fallback={<Loading />}>
      <Switch>
        {PAGES.map((entry) => (
          <Route key={entry.path} path={entry.path}>
            {({ id = '' }: { id?: string }) => <PageGuard entry={entry} id={id} />}
          </Route>
        ))}
        <Route>
          <NotFound />
        </Route>
      </Switch>
    </Suspense>
  )
}

function NotFound() {
  useTitle(useSession().viewer.organization.name)
  return <Empty title={texts.states.notFound} hint={texts.states.notFoundHint} />
}

/** Title of a page, or of the list that its object is in. */
const titleOf = ({ path, title }: PageEntry): string =>
  title ?? PAGES.find((page) => page.title !== undefined && `${page.path}/:id` === path)?.title ?? nav.account

function PageGuard({ entry, id }: { entry: PageEntry; id: string }) {
  const { can, viewer } = useSession()
  const { permission, Page } = entry
  useTitle(titleOf(entry), viewer.organization.name)
  if (permission !== undefined && !can(permission)) return <NoPermission permission={permission} />
  return (
    <Boundary>
      <Page id={id} />
    </Boundary>
  )
}
