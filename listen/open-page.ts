import { spawn } from 'node:child_process'

/** Opens a page in the browser of the person, where the machine has one. Never fails. */
export function openPage(url: string): void {
  const program = process.platform === 'darwin' ? 'open' : 'xdg-open'
  const child = spawn(program, [url], { stdio: 'ignore', detached: true })
  child.on('error', () => {})
  child.unref()
}
