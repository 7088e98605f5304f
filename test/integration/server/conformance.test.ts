import { serverAudits } from 'graphql-http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type App, startApp } from '../../support/app.ts'

// GraphQL over HTTP, by the audits of graphql-http against the running server.
let app: App
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.stop())

const audits = serverAudits({ url: () => `${app.url}/graphql`, fetchFn: fetch })

describe('GraphQL over HTTP', () => {
  test.each(audits.map((audit) => [audit.name, audit] as const))('%s', async (_name, audit) => {
    const result = await audit.fn()
    expect(result.status === 'ok' ? 'ok' : `${result.status}: ${result.reason}`).toBe('ok')
  })

  test('there are as many audits as ever', () => {
    expect(audits.length).toBeGreaterThanOrEqual(61)
  })
})
