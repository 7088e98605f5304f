import { afterAll, describe, expect, test } from 'vitest'
import { startApp } from '../../support/app.ts'

const app = await startApp()
afterAll(app.stop)

describe('busy database', () => {
  test('a change that gets no connection in time is refused as overload and changes nothing', async () => {
    const held = new AbortController()
    const released = new Promise<void>((resolve) => held.signal.addEventListener('abort', () => resolve()))
    // Every connection of Prisma is in use by a transaction that waits.
    const blockers = Array.from({ length: 10 }, () =>
      app.database.prisma.$transaction(() => released, { timeout: 20_000, maxWait: 10_000 }),
    )
    const { errors } = await app.host.request(
      'mutation { organizationCreate(input: { name: "Late" }) { ... on Error { code message } } }',
    )
    held.abort()
    await Promise.all(blockers)
    expect(errors?.[0]?.extensions.code).toBe('OVERLOADED')
    const { nodes } = await app.host.ask('{ organizations { nodes { name } } }')
    expect(nodes.map(({ name }: { name: string }) => name)).not.toContain('Late')
  })
})
