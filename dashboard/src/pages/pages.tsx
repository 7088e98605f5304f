import { lazy, Suspense } from 'react'
import { Route, Switch } from 'wouter'
import { texts } from '../texts.ts'
import { Empty, Loading } from '../ui/states.tsx'

export interface PageEntry {
  path: string
  title: string
  group?: string
  /** Permission without which the page is left out of the navigation. */
  permission?: string
}

const { nav } = texts
const { groups } = nav

/** The navigation, in its order. */
export const PAGES: readonly PageEntry[] = [
  { path: '/', title: nav.overview, permission: 'deliveries:read' },
  { path: '/deliveries', title: nav.deliveries, group: groups.webhooks, permission: 'deliveries:read' },
  { path: '/endpoints', title: nav.endpoints, group: groups.webhooks, permission: 'webhooks:read' },
  { path: '/events', title: nav.events, group: groups.webhooks, permission: 'events:read' },
  { path: '/event-types', title: nav.eventTypes, group: groups.webhooks, permission: 'events:read' },
  { path: '/replays', title: nav.replays, group: groups.webhooks, permission: 'deliveries:read' },
  { path: '/dead-letters', title: nav.deadLetters, group: groups.webhooks, permission: 'deliveries:read' },
  { path: '/keys', title: nav.keys, group: groups.access, permission: 'keys:read' },
  { path: '/usage', title: nav.usage, group: groups.access, permission: 'usage:read' },
  { path: '/audit', title: nav.audit, group: groups.organization, permission: 'audit:read' },
  { path: '/operator', title: nav.operator, group: nav.installation, permission: 'platform:read' },
]

const Endpoints = lazy(() => import('./endpoints/endpoints.tsx'))
const Endpoint = lazy(() => import('./endpoints/endpoint.tsx'))
const Delivery = lazy(() => import('./deliveries/delivery.tsx'))
const Events = lazy(() => import('./events/events.tsx'))
const Event = lazy(() => import('./events/event.tsx'))
const EventTypes = lazy(() => import('./event-types/event-types.tsx'))
const EventType = lazy(() => import('./event-types/event-type.tsx'))
const Replays = lazy(() => import('./replays/replays.tsx'))
const DeadLetters = lazy(() => import('./dead-letters/dead-letters.tsx'))
const Usage = lazy(() => import('./usage/usage.tsx'))
const Audit = lazy(() => import('./audit/audit.tsx'))
const Overview = lazy(() => import('./overview/overview.tsx'))
const Operator = lazy(() => import('./operator/operator.tsx'))
const Account = lazy(() => import('./account/account.tsx'))
const Keys = lazy(() => import('./keys/keys.tsx'))
const Key = lazy(() => import('./keys/key.tsx'))
const Deliveries = lazy(() => import('./deliveries/deliveries.tsx'))

/** Each page loads its own code. */
export function Pages() {
  return (
    <Suspense fallback={<Loading />}>
      <Switch>
        <Route path="/deliveries" component={Deliveries} />
        <Route path="/deliveries/:id">{({ id }) => <Delivery id={id} />}</Route>
        <Route path="/endpoints" component={Endpoints} />
        <Route path="/endpoints/:id">{({ id }) => <Endpoint id={id} />}</Route>
        <Route path="/events" component={Events} />
        <Route path="/events/:id">{({ id }) => <Event id={id} />}</Route>
        <Route path="/event-types" component={EventTypes} />
        <Route path="/event-types/:id">{({ id }) => <EventType id={id} />}</Route>
        <Route path="/replays" component={Replays} />
        <Route path="/dead-letters" component={DeadLetters} />
        <Route path="/keys" component={Keys} />
        <Route path="/keys/:id">{({ id }) => <Key id={id} />}</Route>
        <Route path="/usage" component={Usage} />
        <Route path="/audit" component={Audit} />
        <Route path="/account" component={Account} />
        <Route path="/operator" component={Operator} />
        <Route path="/" component={Overview} />
        <Route>
          <Empty title={texts.states.notFound} hint={texts.states.notFoundHint} />
        </Route>
      </Switch>
    </Suspense>
  )
}
