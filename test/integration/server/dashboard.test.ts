import { afterAll, describe, expect, test } from 'vitest'
import { startApp } from '../../support/app.ts'

const app = await startApp()
afterAll(app.stop)

const get = (path: string, headers: Record<string, string> = {}) => fetch(`${app.url}${path}`, { headers })

describe('dashboard', () => {
  test('every page of it is one shell, which no cache stores and no other page shows in a frame', async () => {
    for (const path of ['/dashboard', '/dashboard/org_1/keys', '/setup', '/reset-password']) {
      const response = await get(path)
      expect(response.status).toBe(200)
      expect(response.headers.get('cache-control')).toBe('no-store')
      expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
      expect(await response.text()).toContain('<div id="root">')
    }
  })

  test('the nonce of its styles is another one in each answer, in the page and in the policy', async () => {
    const pages = await Promise.all([get('/dashboard'), get('/dashboard')])
    const nonces = await Promise.all(
      pages.map(async (response) => {
        const nonce = /'nonce-([^']+)'/.exec(response.headers.get('content-security-policy') ?? '')?.[1] ?? ''
        expect(await response.text()).toContain(`nonce="${nonce}"`)
        return nonce
      }),
    )
    expect(nonces[0]).not.toBe(nonces[1])
  })

  test('its assets are cached for ever and compressed, and an asset of another version is absent', async () => {
    const [, script = ''] = /src="(\/dashboard\/assets\/[^"]+\.js)"/.exec(await (await get('/dashboard')).text()) ?? []
    const asset = await get(script, { 'accept-encoding': 'br' })
    expect(asset.headers.get('cache-control')).toContain('immutable')
    expect(asset.headers.get('content-encoding')).toBe('br')
    const absent = await get('/dashboard/assets/index-00000000.js')
    expect(absent.status).toBe(404)
    expect(absent.headers.get('x-content-type-options')).toBe('nosniff')
    expect(absent.headers.get('cache-control')).toBe('no-store')
  })

  test('a path outside of its folder finds no file', async () => {
    const page = await (await get('/dashboard/..%2f..%2fpackage.json')).text()
    expect(page).not.toContain('"dependencies"')
  })
})
