import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from 'react'
import { Link, useRoute } from 'wouter'
import { useSession } from './graph/use-session.ts'
import { applyMode, currentMode, nextMode } from './mode.ts'
import { Elevation } from './pages/account/elevation.tsx'
import { VisitBanner } from './pages/operator/visit-banner.tsx'
import { PAGES, type PageEntry } from './pages/pages.tsx'
import { SignOutButton } from './pages/sign-out.tsx'
import { texts } from './texts.ts'
import { Button } from './ui/button.tsx'
import { ConnectionNotice } from './ui/connection-notice.tsx'

/** The frame of every page: navigation at the side, the page beside it. */
export function Layout({ children }: { children: ReactNode }) {
  return (
    <div className="layout">
      <a className="skip" href="#main">
        {texts.skip}
      </a>
      <Side />
      <main className="main" id="main" tabIndex={-1}>
        <VisitBanner />
        <ConnectionNotice />
        {children}
      </main>
      <Elevation />
    </div>
  )
}

/** The navigation: a column, which a narrow window shows while the menu is open. */
function Side() {
  const { viewer } = useSession()
  const [isOpen, setOpen] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const id = useId()
  const close = () => setOpen(false)

  function closeOnEscape(event: KeyboardEvent) {
    if (event.key !== 'Escape' || !isOpen) return
    close()
    button.current?.focus()
  }

  return (
    <aside className="side" onKeyDown={closeOnEscape}>
      <div className="row spread">
        <Link className="brand" href="/" aria-label={viewer.organization.name} onClick={close}>
          <img src="/dashboard/icon.svg" alt="" />
          <span>{viewer.organization.name}</span>
        </Link>
        <button
          ref={button}
          type="button"
          className="button menu-button"
          aria-expanded={isOpen}
          aria-controls={id}
          onClick={() => setOpen(!isOpen)}
        >
          {texts.menu}
        </button>
      </div>
      <div id={id} className="menu" data-open={isOpen || undefined}>
        <OrganizationSelect />
        <nav aria-label={texts.nav.label}>
          <Entries onChosen={close} />
        </nav>
        <footer>
          {viewer.person !== null && (
            <Link href="/account" title={viewer.person.email ?? ''} onClick={close}>
              {viewer.person.name}
            </Link>
          )}
          <div className="row">
            <ModeButton />
            <SignOutButton />
          </div>
        </footer>
      </div>
    </aside>
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
function Entries({ onChosen }: { onChosen: () => void }) {
  const { can } = useSession()
  const visible = PAGES.filter(
    ({ title, permission }) => title !== undefined && (permission === undefined || can(permission)),
  )
  return visible.map((page, index) => (
    <div key={page.path} style={{ display: 'contents' }}>
      {page.group !== undefined && page.group !== visible[index - 1]?.group && (
        <div className="section">{page.group}</div>
      )}
      <Entry page={page} onChosen={onChosen} />
    </div>
  ))
}

function Entry({ page: { path, title }, onChosen }: { page: PageEntry; onChosen: () => void }) {
  const [isHere] = useRoute(path === '/' ? '/' : `${path}/*?`)
  return (
    <Link href={path} aria-current={isHere ? 'page' : undefined} onClick={onChosen}>
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
