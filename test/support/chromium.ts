import { type Browser, chromium, type Page } from 'playwright-core'
import { PASSWORD } from './browser-client.ts'
import { CHROMIUM } from './installed.ts'

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const STEP_MS = 20_000

/** Settings of a browser window. */
export interface Window {
  dark?: boolean
  width?: number
}

/** A real Chromium. Faults of scripts in any page are collected. */
export async function startChromium() {
  const browser: Browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS })
  const faults: string[] = []
  return {
    faults,
    /** A new window without a session at an address. */
    async open(url: string, settings: Window = {}): Promise<Page> {
      const context = await browser.newContext({
        viewport: { width: settings.width ?? 1280, height: 860 },
        colorScheme: settings.dark ? 'dark' : 'light',
        permissions: ['clipboard-read', 'clipboard-write'],
      })
      // A step that waits fails before its test does, and so names itself.
      context.setDefaultTimeout(STEP_MS)
      const page = await context.newPage()
      page.on('pageerror', (error) => faults.push(error.message))
      await page.goto(url)
      return page
    },
    /** Closes every window, such as at the end of a test. */
    async closePages() {
      for (const context of browser.contexts()) await context.close()
    },
    stop: () => browser.close(),
  }
}

/** Signs in through the form that the page shows. */
export async function signIn(page: Page, email: string): Promise<void> {
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  // A narrow window has the navigation in its menu.
  await page.locator('nav').waitFor({ state: 'attached' })
}
