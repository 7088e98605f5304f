import { serverAudits } from 'graphql-http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type App, startApp } from '../../support/app.ts'

// Runs the GraphQL over HTTP audits of graphql-http against the server.
let app: App
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.stop())

const audits = serverAudits({ url: () => `${app.url}/graphql`, fetchFn: fetch })

describe('GraphQL over HTTP', () => {
  test.each(audits.map((audit) => [audit.name, audit] as const))(
    'the server passes the audit: %s',
    async (_name, audit) => {
      const result = await audit.fn()
      expect(result.status === 'ok' ? 'ok' : `${result.status}: ${result.reason}`).toBe('ok')
    },
  )

  test('the number of audits has not shrunk', () => {
    expect(audits.length).toBeGreaterThanOrEqual(61)
  })
})
