import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { LeasedDelivery } from './api.ts'
import { sign } from './sign.ts'

/**
 * Lets a person edit a text in the editor of the environment (VISUAL, EDITOR or vi), in a file that others cannot read.
 *
 * @throws Error when the editor does not start or ends with an error
 */
export async function editText(text: string, env: NodeJS.ProcessEnv): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'signalbox-'))
  const file = path.join(folder, 'body.json')
  try {
    await writeFile(file, text, { mode: 0o600 })
    const [program = 'vi', ...words] = (env.VISUAL || env.EDITOR || 'vi').split(' ')
    const child = spawn(program, [...words, file], { stdio: 'inherit' })
    const [code] = await once(child, 'close')
    if (code !== 0) throw new Error(`${program} ended with the code ${code}`)
    // Editors end a file with a line break.
    return (await readFile(file, 'utf8')).replace(/\n$/, '')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The delivery with another body, signed with the secret of the endpoint as Signalbox signs (Standard Webhooks). */
export function replaceBody(delivery: LeasedDelivery, text: string, secret: string, now: Date): LeasedDelivery {
  const id = delivery.headers.find(({ name }) => name.toLowerCase() === 'webhook-id')?.value ?? ''
  const timestamp = String(Math.floor(now.getTime() / 1000))
  const body = Buffer.from(text)
  const signature = `v1,${sign(id, timestamp, body, secret).toString('base64')}`
  const changed: Record<string, string> = { 'webhook-timestamp': timestamp, 'webhook-signature': signature }
  const headers = delivery.headers.map(({ name, value }) => ({ name, value: changed[name.toLowerCase()] ?? value }))
  return { ...delivery, headers, bodyBase64: body.toString('base64') }
}
