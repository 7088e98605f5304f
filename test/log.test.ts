import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { expect, test } from 'vitest'

const log = path.join(import.meta.dirname, '../src/log.ts')

/** Ends right after it has logged, as a process does whose database and log are stopped together with it. */
const PROGRAM = `
import { createLog } from ${JSON.stringify(log)}
const log = createLog({ level: 'info' })
process.stdin.once('data', () => {
  for (const line of ['one', 'two', 'three']) log.info(line)
  process.exit(7)
})
process.stderr.write('ready')`

async function start() {
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM])
  await once(child.stderr, 'data')
  return child
}

test('a process whose log nobody reads any more ends all the same', async () => {
  const child = await start()
  child.stdout.destroy()
  await once(child.stdout, 'close')
  child.stdin.write('go')
  try {
    const [code] = await once(child, 'exit')
    expect(code).toBe(7)
  } finally {
    child.kill('SIGKILL')
  }
})

test('what is logged last is read', async () => {
  const child = await start()
  let text = ''
  child.stdout.on('data', (chunk) => {
    text += chunk
  })
  child.stdin.write('go')
  await once(child, 'close')
  expect(
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).msg),
  ).toEqual(['one', 'two', 'three'])
})
