import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Mail, MailMessage } from '../../src/domain/people/mail.ts'
import { PASSWORD } from '../support/browser-client.ts'
import { startDashboard } from '../support/dashboard.ts'
import { noteSecret } from '../support/secret-leak-check.ts'

const mails: MailMessage[] = []
const mail: Mail = {
  isConfigured: true,
  async send(message) {
    mails.push(message)
    return 'SENT'
  },
  stop() {},
}
let dashboard: Awaited<ReturnType<typeof startDashboard>>
beforeAll(async () => {
  dashboard = await startDashboard({ mail })
})
afterAll(() => dashboard.stop())

describe('sign-in', () => {
  test('[5] the fields of every form name their content to password managers and take pasted text', async () => {
    const tokens = async (path: string) => {
      const page = await dashboard.open(path)
      await page.locator('input').first().waitFor()
      const inputs = await page.locator('input:not([type=checkbox])').all()
      const found = await Promise.all(inputs.map((input) => input.getAttribute('autocomplete')))
      await page.context().close()
      return found
    }
    expect(await tokens('/dashboard')).toEqual(['username', 'current-password'])
    expect(await tokens(`/reset-password#${'a'.repeat(43)}`)).toContain('new-password')

    const page = await dashboard.open()
    await page.evaluate((text) => navigator.clipboard.writeText(text), PASSWORD)
    await page.getByLabel('Email').fill(dashboard.person.email)
    await page.getByLabel('Password').focus()
    await page.keyboard.press('Control+V')
    expect(await page.getByLabel('Password').inputValue()).toBe(PASSWORD)
    await page.keyboard.press('Enter')
    await page.getByRole('navigation').waitFor()
  })

  test('a wrong password is refused in a sentence that does not tell whether the address exists', async () => {
    const refusalOf = async (email: string) => {
      const page = await dashboard.open()
      await page.getByLabel('Email').fill(email)
      await page.getByLabel('Password').fill('not the password of anybody')
      await page.getByRole('button', { name: 'Sign in' }).click()
      return page.getByRole('alert').innerText()
    }
    const known = await refusalOf(dashboard.person.email)
    expect(known).not.toBe('')
    expect(await refusalOf('nobody@example.com')).toBe(known)
  })

  test('a person who forgot the password gets a link, chooses another one and signs in with it', async () => {
    const page = await dashboard.open()
    await page.getByRole('button', { name: 'Forgot your password?' }).click()
    await page.getByLabel('Email').fill(dashboard.person.email)
    await page.getByRole('button', { name: 'Send a link' }).click()
    await page.getByRole('status').getByText('a link is on its way').waitFor()
    await expect.poll(() => mails.length).toBe(1)
    const [, code = ''] = mails[0]!.text.match(/reset-password#([\w-]+)/) ?? []
    noteSecret(code)
    await page.goto(`${dashboard.url}/reset-password#${code}`)
    const next = 'another four plain words'
    await page.getByLabel('New password').fill(next)
    await page.getByRole('button', { name: 'Save the password' }).click()
    await page.getByLabel('Email').fill(dashboard.person.email)
    await page.getByLabel('Password').fill(next)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('navigation').waitFor()
    expect(dashboard.faults).toEqual([])
  })
})
