import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { createMail, WAITING_MAILS } from '../../../src/domain/people/mail.ts'
import { createLog } from '../../../src/lib/log.ts'
import { silentLog } from '../../support/app.ts'
import { freePort } from '../../support/redis.ts'

// Mail over a real SMTP conversation, with a server that takes, refuses or says nothing.
const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0).reverse()) stop()
})

const FROM = 'Signalbox <signalbox@example.com>'
const message = { to: 'ana@example.com', subject: 'Hello', text: 'A link: https://box.example.com/setup' }

/** A mail server. @param answer the reply to a command; undefined says nothing */
async function startSmtp(answer: (command: string) => string | undefined) {
  const lines: string[] = []
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    let isData = false
    const greeting = answer('')
    if (greeting !== undefined) socket.write(`${greeting}\r\n`)
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      for (const line of String(chunk).split('\r\n').filter(Boolean)) {
        lines.push(line)
        const isEnd = isData && line === '.'
        if (isData && !isEnd) continue
        const reply = answer(isEnd ? 'END' : line.split(/[ :]/)[0]!.toUpperCase())
        isData = reply?.startsWith('354') ?? false
        if (reply !== undefined) socket.write(`${reply}\r\n`)
      }
    })
  })
  const port = await freePort()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  stops.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { lines, url: `smtp://127.0.0.1:${port}` }
}

const takes = (command: string) => ({ '': '220 ready', DATA: '354 go on', QUIT: '221 bye' })[command] ?? '250 fine'

function mailTo(smtpUrl: string, log = silentLog) {
  const mail = createMail({ smtpUrl, from: FROM, log })
  stops.push(() => mail.stop())
  return mail
}

describe('mail', () => {
  test('a mail is not configured without SMTP_URL, so that the caller shows its link', async () => {
    const mail = createMail({ log: silentLog })
    expect(mail.isConfigured).toBe(false)
    expect(await mail.send(message)).toBe('NOT_CONFIGURED')
  })

  test('a mail has one recipient and its text when the server takes it', async () => {
    const smtp = await startSmtp(takes)
    expect(await mailTo(smtp.url).send(message)).toBe('SENT')
    expect(smtp.lines.filter((line) => line.startsWith('RCPT'))).toEqual(['RCPT TO:<ana@example.com>'])
    expect(smtp.lines).toEqual(expect.arrayContaining([`From: ${FROM}`, 'Subject: Hello', message.text]))
  })

  test('an address cannot add recipients or headers', async () => {
    const smtp = await startSmtp(takes)
    const mail = mailTo(smtp.url)
    await mail.send({ ...message, to: 'ana@example.com, eve@evil.example' })
    await mail.send({ ...message, to: 'ana@example.com\r\nBcc: eve@evil.example' })
    await mail.send({ ...message, subject: 'Hello\r\nBcc: eve@evil.example' })
    const recipients = smtp.lines.filter((line) => line.startsWith('RCPT'))
    expect(recipients.filter((line) => /^RCPT TO:<eve@/.test(line))).toEqual([])
    expect(smtp.lines.filter((line) => line.startsWith('Bcc'))).toEqual([])
  })

  test.each([
    ['refuses the recipient', (command: string) => (command === 'RCPT' ? '550 unknown' : takes(command))],
    ['refuses the text', (command: string) => (command === 'END' ? '554 spam' : takes(command))],
    ['greets with a refusal', () => '554 no service'],
  ])('a mail fails without its text in the log when the server %s', async (_name, answer) => {
    let lines = ''
    const log = createLog({ level: 'debug', destination: { write: (line) => (lines += line) } })
    const smtp = await startSmtp(answer)
    expect(await mailTo(smtp.url, log).send(message)).toBe('FAILED')
    expect(lines).toContain('Mail could not be sent; check SMTP_URL and MAIL_FROM')
    expect(lines).not.toContain(message.text)
  })

  test('a mail fails when no server listens', async () => {
    expect(await mailTo(`smtp://127.0.0.1:${await freePort()}`).send(message)).toBe('FAILED')
  })

  test('further mails are dropped when too many wait for a server that says nothing', async () => {
    const smtp = await startSmtp(() => undefined)
    const mail = mailTo(smtp.url)
    const waiting = Array.from({ length: WAITING_MAILS }, () => mail.send(message))
    expect(await mail.send(message)).toBe('FAILED')
    mail.stop()
    expect(waiting).toHaveLength(WAITING_MAILS)
  })
})
