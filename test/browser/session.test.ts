import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../support/browser-client.ts'
import { startDashboard } from '../support/dashboard.ts'

/** For states that follow an answer or a live message. */
const WITHIN = { timeout: 10_000 }

let dashboard: Awaited<ReturnType<typeof startDashboard>>
beforeAll(async () => {
  dashboard = await startDashboard()
})
afterAll(() => dashboard.stop())

const at = (path: string) => `${dashboard.url}/dashboard/${dashboard.organizationId}${path}`

async function signIn(page: Page): Promise<void> {
  await page.getByLabel('Email').fill(dashboard.person.email)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** The operations that a page sends from now on. */
function watchOperations(page: Page): string[] {
  const names: string[] = []
  page.on('request', (request) => {
    const name = request.postDataJSON()?.operationName
    if (name !== undefined) names.push(name)
  })
  return names
}

describe('session that ended elsewhere', () => {
  test('leads to the sign-in at the next request, and back to the page that was wanted', async () => {
    const page = await dashboard.openAsOwner()
    await page.goto(at('/audit?outcome=DENIED'))
    await page.getByText('Live', { exact: true }).waitFor()
    // No message tells of it, so that the next request finds out.
    const where = { personId: dashboard.person.id }
    await dashboard.database.prisma.session.updateMany({ where, data: { endedAt: new Date() } })
    await page.getByRole('link', { name: 'API keys' }).click()
    await page.getByRole('alert').getByText('Your session has ended').waitFor()
    await signIn(page)
    await page.getByRole('heading', { name: 'API keys', level: 1 }).waitFor()
    expect(page.url()).toContain('/keys')
  })

  test('leads an open live page to the sign-in at once, with its filters afterwards', async () => {
    const [page, other] = [await dashboard.openAsOwner(), await dashboard.openAsOwner()]
    await page.goto(at('/keys?status=ACTIVE'))
    await page.getByRole('heading', { name: 'API keys', level: 1 }).waitFor()
    await other.goto(at('/account'))
    await other.getByRole('button', { name: 'End all others' }).click()
    await other.getByRole('textbox', { name: 'Password', exact: true }).last().fill(PASSWORD)
    await other.getByRole('button', { name: 'Continue' }).click()
    await other.getByText(/other sessions? ha(s|ve) ended/).waitFor()
    // The socket of the page is closed by the server; nobody touches the page.
    await page.getByRole('alert').getByText('Your session has ended').waitFor()
    await signIn(page)
    await page.getByRole('heading', { name: 'API keys', level: 1 }).waitFor()
    expect(new URL(page.url()).search).toBe('?status=ACTIVE')
    expect(dashboard.faults).toEqual([])
  })

  test('is no sentence for a person who was never signed in', async () => {
    const page = await dashboard.open()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    expect(await page.getByText('Your session has ended').count()).toBe(0)
  })
})

describe('session of an open page', () => {
  test('is used and refreshed while the person acts, and only then', async () => {
    const page = await dashboard.open()
    await page.clock.install()
    await page.reload()
    await signIn(page)
    await page.getByRole('navigation').waitFor()
    await page.goto(at('/account'))
    await page.getByRole('heading', { name: 'Your account' }).waitFor()
    const operations = watchOperations(page)
    await page.clock.fastForward(20 * 60_000)
    await page.clock.fastForward(60_000)
    expect(operations).toEqual([])
    await page.keyboard.press('ArrowDown')
    await page.clock.fastForward(60_000)
    await expect.poll(() => operations, WITHIN).toEqual(['SessionRefresh', 'SessionUse'])
    await page.keyboard.press('ArrowUp')
    await page.clock.fastForward(60_000)
    expect(operations).toHaveLength(2)
    await page.clock.fastForward(60_000)
    await expect.poll(() => operations.slice(2), WITHIN).toEqual(['SessionUse'])
  })
})
