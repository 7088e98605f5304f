import type { Page } from 'playwright-core'
import type { startDashboard } from './dashboard.ts'
import { type Role, signedIn } from './people.ts'

type Dashboard = Awaited<ReturnType<typeof startDashboard>>

/** A window of a new member of the organization with a role, at a page of the organization such as `/endpoints`. */
export async function openAs(dashboard: Dashboard, role: Role, path = ''): Promise<Page> {
  const { organizationId } = dashboard
  const page = await dashboard.openAs(await signedIn(dashboard, { role, organizationId }), path)
  await page.getByRole('navigation').waitFor()
  return page
}
