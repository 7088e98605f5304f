// npm run first-minute: starts Signalbox with an empty data directory as `npm start` does, and drives a real browser from
// the printed link to a verified webhook. Prints the seconds of each step.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { chromium } from 'playwright-core'
import { goThroughFirstMinute } from '../test/support/first-minute.ts'
import { CHROMIUM } from '../test/support/installed.ts'

/** A newcomer waits no longer than that for any step. */
const STEP_MS = 60_000

const dataDir = mkdtempSync(path.join(tmpdir(), 'signalbox-first-minute-'))
const { PATH = '', HOME = '' } = process.env
const began = performance.now()
let last = began
function tell(name: string): void {
  const now = performance.now()
  console.log(`${seconds(now - last)}  ${name}`)
  last = now
}
const seconds = (ms: number) => `${(ms / 1000).toFixed(1).padStart(6)} s`

const signalbox = spawn('npm', ['start'], {
  cwd: path.join(import.meta.dirname, '..'),
  env: { PATH, HOME, DATA_DIR: dataDir, PORT: '0' },
  stdio: ['ignore', 'pipe', 'inherit'],
  // A group of its own: npm does not pass signals on to the process that it starts.
  detached: true,
})
const ended = new Promise((resolve) => signalbox.once('close', resolve))
try {
  const link = await findLink()
  tell('npm start printed the link')
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] })
  try {
    const page = await browser.newPage()
    page.setDefaultTimeout(STEP_MS)
    last = performance.now()
    await goThroughFirstMinute(page, link, tell)
  } finally {
    await browser.close()
  }
  console.log(`${seconds(last - began)}  in total`)
} finally {
  if (signalbox.exitCode === null) process.kill(-signalbox.pid!, 'SIGTERM')
  await ended
  rmSync(dataDir, { recursive: true, force: true })
}

/** The set-up link in the output of the start. */
function findLink(): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = ''
    signalbox.stdout.on('data', (chunk) => {
      output += chunk
      const [link] = output.match(/http\S+\/setup#\S+/) ?? []
      if (link !== undefined) resolve(link)
    })
    ended.then(() => reject(new Error(`Signalbox ended before it printed the link:\n${output}`)))
  })
}
