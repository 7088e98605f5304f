import { type ReactNode, useState } from 'react'
import { Link, useRoute } from 'wouter'
import { applyMode, currentMode, nextMode } from './mode.ts'
import { Elevation } from './pages/account/elevation.tsx'
import { VisitBanner } from './pages/operator/visit-banner.tsx'
import { PAGES, type PageEntry } from './pages/pages.tsx'
import { SignOutButton } from './pages/sign-out.tsx'
import { useSession } from './session.tsx'
import { texts } from './texts.ts'
import { Button } from './ui/button.tsx'
import { ConnectionNotice } from './ui/connection-notice.tsx'

/** The frame of every page: navigation at the side, the page beside it. */
export function Layout({ children }: { children: ReactNode }) {
  const { viewer } = useSession()
  return (
    <div className="layout">
      <a className="skip" href="#main">
        {texts.skip}
      </a>
      <aside className="side">
        <Link className="brand" href="/" aria-label={viewer.organization.name}>
          <img src="/dashboard/icon.svg" alt="" />
          <span>{viewer.organization.name}</span>
        </Link>
        <OrganizationSelect />
        <nav aria-label={texts.nav.label}>
          <Entries />
        </nav>
        <footer>
          {viewer.person !== null && (
            <Link href="/account" title={viewer.person.email ?? ''}>
              {viewer.person.name}
            </Link>
          )}
          <div className="row">
            <ModeButton />
            <SignOutButton />
          </div>
        </footer>
      </aside>
      <main className="main" id="main" tabIndex={-1}>
        <VisitBanner />
        <ConnectionNotice />
        {children}
      </main>
      <Elevation />
    </div>
  )
}

/** Leads to another organization of the person. */
function OrganizationSelect() {
  const { viewer, memberships, visit } = useSession()
  if (memberships.length < 2 && visit === undefined) return null
  const { id, name } = viewer.organization
  return (
    <select
      className="input"
      aria-label={texts.organization}
      value={id}
      onChange={(event) => location.assign(`/dashboard/${event.target.value}`)}
    >
      {visit !== undefined && <option value={id}>{name}</option>}
      {memberships.map(({ organizationId, organizationName }) => (
        <option key={organizationId} value={organizationId}>
          {organizationName}
        </option>
      ))}
    </select>
  )
}

/** Pages that the person may see, under their groups. */
function Entries() {
  const { can } = useSession()
  const visible = PAGES.filter(
    ({ title, permission }) => title !== undefined && (permission === undefined || can(permission)),
  )
  return visible.map((page, index) => (
    <div key={page.path} style={{ display: 'contents' }}>
      {page.group !== undefined && page.group !== visible[index - 1]?.group && (
        <div className="section">{page.group}</div>
      )}
      <Entry page={page} />
    </div>
  ))
}

function Entry({ page: { path, title } }: { page: PageEntry }) {
  const [isHere] = useRoute(path === '/' ? '/' : `${path}/*?`)
  return (
    <Link href={path} aria-current={isHere ? 'page' : undefined}>
      {title}
    </Link>
  )
}

function ModeButton() {
  const [mode, setMode] = useState(currentMode)
  function change() {
    const next = nextMode(mode)
    applyMode(next)
    setMode(next)
  }
  return (
    <Button kind="quiet" onClick={change}>
      {texts.mode[mode]}
    </Button>
  )
}
