import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { startProcess } from '../support/process.ts'

const BLOCKED = path.join(import.meta.dirname, '../support/blocked-process.ts')

describe('blocked event loop', () => {
  test('SIGTERM ends a process that does nothing but compute, within its seconds', async () => {
    const process = startProcess({}, '60', BLOCKED)
    await process.printed(/started/)
    const began = performance.now()
    const { signal } = await process.end('SIGTERM')
    expect(signal === null || signal === 'SIGKILL').toBe(true)
    expect(performance.now() - began).toBeLessThan(5_000)
  })

  test('the watchdog says why the process ended', async () => {
    const process = startProcess({}, '60', BLOCKED)
    expect(await process.exited).toEqual({ code: null, signal: 'SIGKILL' })
    expect(process.output()).toContain('The event loop was blocked for 1 s')
  })

  test('a process that was stopped for longer goes on when it continues', async () => {
    const process = startProcess({}, '0', BLOCKED)
    await process.printed(/started/)
    process.child.kill('SIGSTOP')
    const { promise, resolve } = Promise.withResolvers<void>()
    // The pause has to pass for real: the process sees the clock of the machine.
    setTimeout(resolve, 2_000)
    await promise
    process.child.kill('SIGCONT')
    expect(await process.end('SIGTERM')).toEqual({ code: 0, signal: null })
  })
})
