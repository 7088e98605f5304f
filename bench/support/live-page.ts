import { setTimeout as delay } from 'node:timers/promises'
import type { CDPSession, Page } from 'playwright-core'
import { signIn, startChromium } from '../../test/support/chromium.ts'

/** Pause between two clicks. */
const PAUSE_MS = 150

/** A page with the live list of deliveries in a headless Chromium. */
export async function openLivePage(url: string, email: string) {
  const chromium = await startChromium()
  const page = await chromium.open(`${url}/dashboard`)
  await signIn(page, email)
  await page.getByRole('link', { name: 'Deliveries' }).click()
  await page.getByText('Live', { exact: true }).waitFor()
  await page.getByRole('row').nth(50).waitFor()
  await page.evaluate(measureClicks)
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Performance.enable')

  return {
    page,
    /** Opens and closes a dialog. @returns milliseconds from each click to the paint after it */
    async click(times: number): Promise<number[]> {
      for (let n = 0; n < times; n++) {
        await page.getByRole('button', { name: 'API call of this panel' }).first().click()
        await page.getByRole('dialog').waitFor()
        await page.keyboard.press('Escape')
        await page.getByRole('dialog').waitFor({ state: 'detached' })
        await delay(PAUSE_MS)
      }
      return takeClicks(page)
    },
    /** Bytes of the JavaScript heap that are in use, after a collection. */
    heap: () => heapOf(devtools),
    async stop() {
      await chromium.stop()
      if (chromium.faults.length > 0) throw new Error(`The page failed: ${chromium.faults.join('; ')}`)
    },
  }
}

export type LivePage = Awaited<ReturnType<typeof openLivePage>>

interface Measured {
  clicks: number[]
}

/** Runs in the page: notes the time from each click to the frame that shows its effect. */
function measureClicks(): void {
  const clicks: number[] = []
  Object.assign(window, { clicks })
  const note = (event: Event) => {
    // A task right after the callbacks of a frame runs when the frame has been painted.
    requestAnimationFrame(() => setTimeout(() => clicks.push(performance.now() - event.timeStamp)))
  }
  addEventListener('click', note, { capture: true })
}

const takeClicks = (page: Page): Promise<number[]> =>
  page.evaluate(() => (window as unknown as Measured).clicks.splice(0))

async function heapOf(devtools: CDPSession): Promise<number> {
  await devtools.send('HeapProfiler.collectGarbage')
  const { usedSize } = await devtools.send('Runtime.getHeapUsage')
  return usedSize
}
