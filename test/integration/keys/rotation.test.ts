import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Client } from '../../support/api.ts'
import { type App, startApp } from '../../support/app.ts'

let app: App
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.stop())

const VIEWER = '{ viewer { apiKey { id } } }'
const ROTATE = `mutation ($id: ID!, $input: ApiKeyRotateInput!) { apiKeyRotate(id: $id, input: $input) {
  ... on ApiKeyRotatePayload { secret apiKey { id displayPrefix replacedBy expiresAt secrets { expiresAt } } }
  ... on Error { code message } } }`
type Mode = 'SAME_ID' | 'NEW_ID'

const rotate = (owner: Client, id: string, mode: Mode, overlapSeconds: number) =>
  owner.ask(ROTATE, { id, input: { mode, overlapSeconds } })
/** The id of the key that a secret authenticates as; null when the secret is rejected. */
const idOf = async (secret: string): Promise<string | null> =>
  (await app.api.as(secret).request(VIEWER)).data?.viewer.apiKey.id ?? null

describe.each(['SAME_ID', 'NEW_ID'] as const)('API key rotation with %s', (mode) => {
  test('both secrets are accepted during the overlap, and only the new secret afterwards', async () => {
    const owner = await app.tenant()
    const { secret: old, apiKey } = await owner.createKey({ events: ['read'] })
    const rotated = await rotate(owner, apiKey.id, mode, 60)
    expect(rotated.apiKey.id === apiKey.id).toBe(mode === 'SAME_ID')
    expect(rotated.apiKey.displayPrefix).toBe(rotated.secret.slice(0, 12))
    app.clock.advance(59)
    expect([await idOf(old), await idOf(rotated.secret)]).toEqual([apiKey.id, rotated.apiKey.id])
    app.clock.advance(1)
    expect([await idOf(old), await idOf(rotated.secret)]).toEqual([null, rotated.apiKey.id])
  })

  test('the old secret is rejected at once when the overlap is 0', async () => {
    const owner = await app.tenant()
    const { secret: old, apiKey } = await owner.createKey({ events: ['read'] })
    expect(await idOf(old)).toBe(apiKey.id)
    const { secret } = await rotate(owner, apiKey.id, mode, 0)
    expect(await idOf(old)).toBeNull()
    expect(await idOf(secret)).not.toBeNull()
  })

  test('a client that calls without pause sees no failure', async () => {
    const owner = await app.tenant()
    const { secret: old, apiKey } = await owner.createKey({ events: ['read'] })
    let secret = old
    let stop = false
    const answers: (string | null)[] = []
    const callers = Array.from({ length: 8 }, async () => {
      while (!stop) answers.push(await idOf(secret))
    })
    const seen = async (count: number) => {
      while (answers.length < count) await new Promise(setImmediate)
    }
    await seen(50)
    const rotated = await rotate(owner, apiKey.id, mode, 3600)
    await seen(answers.length + 50)
    secret = rotated.secret
    await seen(answers.length + 50)
    stop = true
    await Promise.all(callers)
    expect(answers).not.toContain(null)
    expect(new Set(answers)).toEqual(new Set([apiKey.id, rotated.apiKey.id]))
  })
})

describe('API key rotation', () => {
  test('a second rotation shortens the overlap of the first rotation', async () => {
    const owner = await app.tenant()
    const { secret: first, apiKey } = await owner.createKey({ events: ['read'] })
    const { secret: second } = await rotate(owner, apiKey.id, 'SAME_ID', 604_800)
    const third = await rotate(owner, apiKey.id, 'SAME_ID', 60)
    const end = new Date(app.clock.now().getTime() + 60_000).toISOString()
    expect(third.apiKey.secrets).toEqual([{ expiresAt: end }, { expiresAt: end }, { expiresAt: null }])
    app.clock.advance(60)
    expect([await idOf(first), await idOf(second), await idOf(third.secret)]).toEqual([null, null, apiKey.id])
  })

  test('a rotation with a new id copies the grants of the old key, which expires and names its successor', async () => {
    const owner = await app.tenant()
    const more = { allowedIps: ['127.0.0.1'], tier: 'STANDARD', environment: 'TEST', persistedOnly: false }
    const { apiKey } = await owner.createKey({ events: ['read'] }, more)
    const rotated = await rotate(owner, apiKey.id, 'NEW_ID', 60)
    const { nodes } = await owner.ask(
      '{ apiKeys { nodes { id name permissions { resource actions } allowedIps tier environment persistedOnly expiresAt replacedBy } } }',
    )
    const of = (id: string) => nodes.find((node: { id: string }) => node.id === id)
    const { id, expiresAt, replacedBy, ...powers } = of(apiKey.id)
    expect([id, replacedBy]).toEqual([apiKey.id, rotated.apiKey.id])
    expect(expiresAt).toBe(new Date(app.clock.now().getTime() + 60_000).toISOString())
    expect(of(rotated.apiKey.id)).toEqual({ ...powers, id: rotated.apiKey.id, expiresAt: null, replacedBy: null })
    await expect(rotate(owner, apiKey.id, 'SAME_ID', 0)).rejects.toThrow('KEY_REPLACED')
  })

  test.each([
    ['an overlap of more than seven days', { overlapSeconds: 604_801 }, 'VALIDATION_FAILED: input.overlapSeconds'],
    ['a negative overlap', { overlapSeconds: -1 }, 'VALIDATION_FAILED: input.overlapSeconds'],
  ])('%s is rejected', async (_name, { overlapSeconds }, message) => {
    const owner = await app.tenant()
    await expect(rotate(owner, owner.keyId, 'SAME_ID', overlapSeconds)).rejects.toThrow(message)
  })

  test('a key has at most ten overlapping secrets', async () => {
    const owner = await app.tenant()
    const { apiKey } = await owner.createKey({ events: ['read'] })
    for (let n = 0; n < 9; n++) await rotate(owner, apiKey.id, 'SAME_ID', 60)
    await expect(rotate(owner, apiKey.id, 'SAME_ID', 60)).rejects.toThrow('TOO_MANY_SECRETS')
    // A rotation without overlap ends all older secrets at once.
    await rotate(owner, apiKey.id, 'SAME_ID', 0)
    await rotate(owner, apiKey.id, 'SAME_ID', 60)
  })

  test('a key cannot rotate a key that has more permissions', async () => {
    const owner = await app.tenant()
    const lesser = await app.tenant({ keys: ['write'] }, owner.organizationId)
    await expect(rotate(lesser, owner.keyId, 'SAME_ID', 0)).rejects.toThrow(
      'must not include a permission that your own key lacks',
    )
    const revoked = await owner.createKey({})
    await owner.ask('mutation ($id: ID!) { apiKeyRevoke(id: $id) { __typename } }', { id: revoked.apiKey.id })
    await expect(rotate(owner, revoked.apiKey.id, 'SAME_ID', 0)).rejects.toThrow('KEY_REVOKED')
  })

  test('the audit trail records the rotation without a secret', async () => {
    const owner = await app.tenant()
    const { secret } = await rotate(owner, owner.keyId, 'SAME_ID', 60)
    const { nodes } = await app.api.as(secret).ask('{ auditEntries(first: 1) { nodes { action resource details } } }')
    expect(nodes).toEqual([
      {
        action: 'API_KEY_ROTATE',
        resource: owner.keyId,
        details: { name: 'Test', mode: 'SAME_ID', overlapSeconds: 60 },
      },
    ])
  })
})
