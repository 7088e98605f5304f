import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Mail, MailMessage } from '../../../src/domain/people/mail.ts'
import { type App, startApp } from '../../support/app.ts'
import { createTeam, type SignedIn, signedIn } from '../../support/people.ts'
import { startReceiver } from '../../support/receiver.ts'
import { noteSecret } from '../../support/secret-leak-check.ts'

const mails: MailMessage[] = []
const mail: Mail = {
  isConfigured: true,
  async send(message) {
    mails.push(message)
    return 'SENT'
  },
  stop() {},
}

let app: App
const failing = await startReceiver((_request, response) => response.writeHead(410).end())
beforeAll(async () => {
  app = await startApp({ mail })
})
beforeEach(() => void mails.splice(0))
afterAll(async () => {
  await app.stop()
  await failing.stop()
})

const INVITE = `mutation ($email: String!) { invitationCreate(input: { email: $email, role: VIEWER }) {
  ... on InvitationCreatePayload { url } ... on Error { code message } } }`
const UPDATE = `mutation ($id: ID!, $role: MemberRole!) { memberUpdate(id: $id, input: { role: $role }) { __typename } }`

describe('mail of an organization', () => {
  test('an invitation has the link, and the name of the inviter and the organization', async () => {
    const [owner] = await createTeam(app, 'OWNER')
    const { url } = await owner.ask(INVITE, { email: 'guest@example.com' })
    noteSecret(new URL(url).hash.slice(1))
    expect(mails).toEqual([
      { to: 'guest@example.com', subject: 'Signalbox: Invitation to Team', text: expect.stringContaining(url) },
    ])
  })

  test('a refused invitation sends none', async () => {
    const [owner, admin] = await createTeam(app, 'OWNER', 'ADMIN')
    await owner.request(INVITE, { email: admin.email })
    expect(mails).toEqual([])
  })

  test('a person hears of becoming an owner, and of being one no more', async () => {
    const [owner, admin] = await createTeam(app, 'OWNER', 'ADMIN')
    await owner.ask(UPDATE, { id: admin.memberId, role: 'OWNER' })
    await owner.ask(UPDATE, { id: admin.memberId, role: 'DEVELOPER' })
    await owner.ask(UPDATE, { id: admin.memberId, role: 'VIEWER' })
    expect(mails.map(({ to, subject }) => [to, subject])).toEqual([
      [admin.email, 'Signalbox: You are an owner now'],
      [admin.email, 'Signalbox: You are no owner any more'],
    ])
  })
})

describe('mail of a disabled endpoint', () => {
  /** Delivers an event to an endpoint that answers 410, which disables the endpoint. */
  async function disableEndpoint(organizationId: string): Promise<string> {
    const tenant = await app.tenant(undefined, organizationId)
    await tenant.createType('a.b')
    const { webhookEndpoint } = await tenant.createEndpoint(`${failing.url}/hook?token=geheim`)
    await tenant.publish('a.b')
    await app.deliver()
    return webhookEndpoint.id
  }

  test('goes once to each owner, without the values of the URL', async () => {
    const [owner, second] = await createTeam(app, 'OWNER', 'OWNER', 'ADMIN')
    const id = await disableEndpoint(owner.organizationId)
    await expect.poll(() => mails.map(({ to }) => to).sort()).toEqual([owner.email, second.email].sort())
    for (const { subject, text } of mails) {
      expect(subject).toBe('Signalbox: An endpoint was disabled')
      expect(text).toContain(id)
      expect(text).not.toContain('geheim')
    }
  })

  test('goes to nobody with mails of endpoints turned off', async () => {
    const [quiet, loud] = await createTeam(app, 'OWNER', 'OWNER')
    await turnOff(quiet)
    await disableEndpoint(quiet.organizationId)
    await expect.poll(() => mails.map(({ to }) => to)).toEqual([loud.email])
  })

  test('does not keep results from being recorded when the mail server and the look-up fail', async () => {
    const broken = await startApp({ mail: { ...mail, send: async () => 'FAILED' } })
    const organizationId = await broken.host.createOrganization('Broken')
    await signedIn(broken, { role: 'OWNER', organizationId })
    await broken.database.pool.query('ALTER TABLE persons RENAME COLUMN mails_of_endpoints TO gone')
    const tenant = await broken.tenant(undefined, organizationId)
    await tenant.createType('a.b')
    await tenant.createEndpoint(failing.url)
    await tenant.publish('a.b')
    await broken.deliver()
    expect((await tenant.deliveries()).map(({ attemptCount }) => attemptCount)).toEqual([1])
    await broken.stop()
  })

  async function turnOff(person: SignedIn): Promise<void> {
    const answer = await person.ask(`mutation { accountUpdate(input: { mailsOfEndpoints: false }) {
      ... on AccountUpdatePayload { person { mailsOfEndpoints } } } }`)
    expect(answer.person.mailsOfEndpoints).toBe(false)
  }
})
