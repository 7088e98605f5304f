import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Mail, MailMessage } from '../../../src/domain/people/mail.ts'
import { ROLE_PERMISSIONS } from '../../../src/domain/people/roles.ts'
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

  test('an invitation by a key has the name of the key on one line', async () => {
    const [owner] = await createTeam(app, 'OWNER')
    const name = 'Signalbox\n\nYour account is locked'
    const { secret } = await app.host
      .in(owner.organizationId)
      .createKey({ ...ROLE_PERMISSIONS.VIEWER, members: ['read', 'write'] }, { name })
    const { url } = await app.api.as(secret).ask(INVITE, { email: 'keyed@example.com' })
    noteSecret(new URL(url).hash.slice(1))
    await expect.poll(() => mails.length).toBe(1)
    expect(mails[0]!.text).toContain('Signalbox Your account is locked invites you')
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

  test('is the only one of an endpoint whose first failure disables it', async () => {
    const [owner] = await createTeam(app, 'OWNER')
    await disableEndpoint(owner.organizationId)
    await expect.poll(() => mails.map(({ subject }) => subject)).toEqual(['Signalbox: An endpoint was disabled'])
  })

  async function turnOff(person: SignedIn): Promise<void> {
    const answer = await person.ask(`mutation { accountUpdate(input: { mailsOfEndpoints: false }) {
      ... on AccountUpdatePayload { person { mailsOfEndpoints } } } }`)
    expect(answer.person.mailsOfEndpoints).toBe(false)
  }
})

describe('mail of a failing endpoint', () => {
  test('goes to each owner when the first attempt fails, and never again for the endpoint', async () => {
    const [owner, second] = await createTeam(app, 'OWNER', 'OWNER', 'ADMIN')
    const receiver = await startReceiver((_request, response) => response.writeHead(500).end())
    const tenant = await app.tenant(undefined, owner.organizationId)
    await tenant.createType('a.b')
    const { webhookEndpoint } = await tenant.createEndpoint(receiver.url)
    await tenant.publish('a.b')
    await app.deliver()
    await expect.poll(() => mails.map(({ to }) => to).sort()).toEqual([owner.email, second.email].sort())
    const [{ subject, text }] = mails as [MailMessage]
    expect(subject).toBe('Signalbox: An endpoint fails')
    expect(text).toContain(webhookEndpoint.id)
    expect(text).toContain('answered 500')

    receiver.respond((_request, response) => response.writeHead(204).end())
    await tenant.publish('a.b')
    await app.deliver()
    receiver.respond((_request, response) => response.writeHead(500).end())
    const other = await tenant.createEndpoint(`${receiver.url}/other`)
    await tenant.publish('a.b')
    await app.deliver()
    await expect.poll(() => mails.length).toBe(4)
    expect(mails.slice(2).every(({ text }) => text.includes(other.webhookEndpoint.id))).toBe(true)
    await receiver.stop()
  })

  test('follows a failure that a listener of a stream acknowledges', async () => {
    const [owner] = await createTeam(app, 'OWNER')
    const tenant = await app.tenant(undefined, owner.organizationId)
    await tenant.createType('a.b')
    const { webhookEndpoint } = await tenant.ask(
      `mutation { webhookEndpointCreate(input: { kind: STREAM, eventTypes: ["a.b"] }) {
        ... on WebhookEndpointCreatePayload { webhookEndpoint { id } } } }`,
    )
    await tenant.publish('a.b')
    const { claimed } = await tenant.ask(
      `mutation ($id: ID!) { deliveryStreamClaim(input: { endpointId: $id, max: 1, waitSeconds: 5 }) {
        ... on DeliveryStreamClaimPayload { claimed { delivery { id } version } } } }`,
      { id: webhookEndpoint.id },
    )
    const [{ delivery, version }] = claimed
    await tenant.ask(
      `mutation ($results: [DeliveryStreamResultInput!]!) { deliveryStreamAcknowledge(input: { results: $results }) { __typename } }`,
      { results: [{ id: delivery.id, version, statusCode: 500, durationMs: 1 }] },
    )
    await expect.poll(() => mails.map(({ to }) => to)).toEqual([owner.email])
    expect(mails[0]!.text).toContain(webhookEndpoint.id)
  })
})
