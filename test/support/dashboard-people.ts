import type { Page } from 'playwright-core'
import type { startDashboard } from './dashboard.ts'
import { type Role, signedIn } from './people.ts'

type Dashboard = Awaited<ReturnType<typeof startDashboard>>

/** A window of a new member of the organization with a role, at a page of the organization such as `/endpoints`. */
export async function openAs(dashboard: Dashboard, role: Role, path = ''): Promise<Page> {
  const { organizationId } = dashboard.program
  const { cookie, token } = await signedIn(dashboard, { role, organizationId })
  const page = await dashboard.open('/dashboard')
  // The prefix of the name asks for a secure address, which the loopback address is for browsers only.
  const url = dashboard.url.replace('http:', 'https:')
  await page.context().addCookies([{ name: cookie, value: token, url, secure: true, httpOnly: true }])
  await page.goto(`${dashboard.url}/dashboard/${organizationId}${path}`)
  await page.getByRole('navigation').waitFor()
  return page
}
