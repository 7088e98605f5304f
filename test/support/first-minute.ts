import type { Page } from 'playwright-core'

export const NEWCOMER = {
  organization: 'Acme',
  name: 'Ana Silva',
  email: 'ana@acme.example',
  password: 'four plain words suffice',
}

/**
 * Goes as a newcomer goes: from the printed link through the password, the catalogue and the inbox to a webhook that
 * succeeded and whose signature the browser verified.
 *
 * @param onStep called after each step, with its name
 */
export async function goThroughFirstMinute(page: Page, link: string, onStep: (name: string) => void): Promise<void> {
  await page.goto(link)
  const title = page.getByRole('heading', { name: 'Set up Signalbox' })
  // The first start may still build the dashboard.
  while (!(await title.isVisible())) {
    await page.waitForTimeout(250)
    if ((await page.locator('#root').count()) === 0) await page.reload()
  }
  onStep('The set-up page is shown')
  await page.getByLabel('Organization').fill(NEWCOMER.organization)
  await page.getByLabel('Your name').fill(NEWCOMER.name)
  await page.getByLabel('Email').fill(NEWCOMER.email)
  await page.getByLabel('Password').fill(NEWCOMER.password)
  await page.getByRole('button', { name: 'Create and sign in' }).click()
  await page.getByRole('heading', { name: 'Begin with the identity catalogue?' }).waitFor()
  onStep('The owner has a password and a session')
  await page.getByRole('button', { name: 'Add the identity catalogue' }).click()
  await page.getByRole('link', { name: 'Send yourself an event' }).waitFor()
  onStep('The identity catalogue is there')
  await page.getByRole('link', { name: 'Send yourself an event' }).click()
  await page.getByRole('button', { name: 'Send it to yourself' }).click()
  await page.getByText('Signature verified').waitFor()
  onStep('The signed request arrived, and the browser verified it')
  await page.getByRole('list', { name: 'States' }).getByText('Succeeded').waitFor()
  onStep('The delivery succeeded')
}
