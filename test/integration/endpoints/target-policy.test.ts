import { Agent, request as send } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Resolve } from '../../../src/domain/endpoints/dns-resolver.ts'
import { createTargetPolicy } from '../../../src/domain/endpoints/target-policy.ts'
import { isPublicAddress } from '../../../src/lib/networks.ts'
import { createConnector } from '../../../worker/ssrf-safe-connector.ts'
import { type App, startApp } from '../../support/app.ts'
import { type Receiver, startReceiver } from '../../support/receiver.ts'

// Forbidden targets are rejected at registration where the address is known, and always at connect time.

/** Addresses in spellings that have fooled resolvers or parsers. */
const HOSTILE_ADDRESSES = [
  '127.0.0.1',
  '127.1',
  '127.0.1',
  '2130706433',
  '0x7f000001',
  '0x7f.0.0.1',
  '0177.0.0.1',
  '017700000001',
  '0x7f.1',
  '127.0.0.1.',
  '127.255.255.254',
  '0.0.0.0',
  '0',
  '0.0.0.1',
  '10.0.0.1',
  '10.1',
  '0xa.1',
  '012.0.0.1',
  '167772161',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.0.1',
  '192.168.1',
  '3232235521',
  '0xc0a80001',
  '169.254.169.254',
  '2852039166',
  '0xa9fea9fe',
  '0251.0376.0251.0376',
  '169.254.170.2',
  '100.100.100.200',
  '100.64.0.1',
  '100.127.255.255',
  '192.0.0.1',
  '192.0.2.1',
  '198.18.0.1',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '239.255.255.255',
  '240.0.0.1',
  '255.255.255.255',
  '[::]',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::ffff:10.0.0.1]',
  '[::ffff:169.254.169.254]',
  '[0:0:0:0:0:ffff:a00:1]',
  '[::127.0.0.1]',
  '[64:ff9b::127.0.0.1]',
  '[64:ff9b::7f00:1]',
  '[64:ff9b::a9fe:a9fe]',
  '[64:ff9b:1::a00:1]',
  '[2002:7f00:1::]',
  '[2002:a00:1::1]',
  '[2001:0:7f00:1::1]',
  '[fe80::1]',
  '[febf::1]',
  '[fc00::1]',
  '[fd00:ec2::254]',
  '[fd12:3456:789a::1]',
  '[ff02::1]',
  '[2001:db8::1]',
  '[100::1]',
  '[3fff::1]',
  '[5f00::1]',
  '[fec0::1]',
  '[4000::1]',
]
/** Names and the addresses that each name resolves to. */
const HOSTILE_NAMES: Record<string, string[]> = {
  localhost: ['127.0.0.1'],
  'localhost.': ['::1'],
  'metadata.google.internal': ['169.254.169.254'],
  'internal.example': ['10.0.0.5'],
  'mapped.example': ['::ffff:192.168.0.1'],
  'nat64.example': ['64:ff9b::a00:5'],
  'mixed.example': ['93.184.216.34', '127.0.0.1'],
  'mixed6.example': ['2606:2800:220:1::1', 'fd00::1'],
}
const resolve: Resolve = async (hostname) => {
  const found =
    HOSTILE_NAMES[hostname] ?? (hostname === 'good.example' ? ['93.184.216.34', '2606:2800:220:1::1'] : undefined)
  if (found === undefined) throw Object.assign(new Error('not found'), { code: 'ENOTFOUND', hostname })
  return found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
}
const targets = createTargetPolicy({ allowedNetworks: [], resolve })
const hosts = [...HOSTILE_ADDRESSES, ...Object.keys(HOSTILE_NAMES)]

describe('target policy', () => {
  test('the list of hostile targets has at least 60 entries', () => {
    expect(new Set(hosts).size).toBeGreaterThanOrEqual(60)
  })
})

describe.each(hosts)('target %s', (host) => {
  test.each(['https', 'http'])('the target is rejected at registration as %s', async (scheme) => {
    expect(await targets.checkUrl(`${scheme}://${host}/hook`)).toMatch(
      /not an address of the public internet|absolute URL|only https/,
    )
  })

  test('the target is rejected at connect time', async () => {
    const agent = new Agent({ connect: createConnector(targets) })
    const url = URL.parse(`https://${host}/hook`)
    // A target that is not a valid URL cannot be registered, so no connection is attempted.
    if (url === null) return expect(await targets.checkUrl(`https://${host}/hook`)).toContain('absolute URL')
    const error = await send(url, { dispatcher: agent }).catch((error) => error)
    expect(error).toMatchObject({ code: 'TARGET_FORBIDDEN' })
    await agent.close()
  })
})

describe('endpoint URL', () => {
  test.each([
    ['ftp://good.example/', 'must begin with https://'],
    ['file:///etc/passwd', 'must begin with https://'],
    ['gopher://good.example/', 'must begin with https://'],
    ['http://good.example/', 'only https:// is allowed'],
    ['https://user:password@good.example/', 'must not contain a user name or password'],
    ['https://user@good.example/', 'must not contain a user name or password'],
    ['https://good.example/#part', 'must have no fragment'],
    ['//good.example/', 'must be an absolute URL'],
    ['not a url', 'must be an absolute URL'],
    ['https://', 'must be an absolute URL'],
    ['https://example..com/', 'must have no empty label'],
    ['https://.example.com/', 'must have no empty label'],
    ['https://example.com../', 'must have no empty label'],
    ['https://example.com:0/', 'must not name the port 0'],
    [' https://example.com/', 'must have no white space'],
    ['https://example.com/\n', 'must have no white space'],
    ['https://exa\tmple.com/', 'must have no white space'],
    ['https://example.com/a b', 'must have no white space'],
    ['https:\\\\example.com/', 'backslashes'],
    ['https://example.com/#', 'must have no fragment'],
    [`https://${'a'.repeat(64)}.com/`, 'at most 63 between two dots'],
    [`https://${'a.'.repeat(130)}com/`, 'a host name of at most 253 characters'],
  ])('URL %s is rejected', async (url, why) => {
    expect(await targets.checkUrl(url)).toContain(why)
  })

  test('a URL of more than 2,048 characters is rejected', async () => {
    expect(await targets.checkUrl(`https://good.example/${'a'.repeat(2048)}`)).toContain('at most 2048 characters')
  })

  test.each(['https://good.example/hook?a=b', 'https://93.184.216.34:8443/', 'https://not-yet-there.example/'])(
    'URL %s is accepted',
    async (url) => {
      expect(await targets.checkUrl(url)).toBeUndefined()
    },
  )

  test('allowed networks are accepted, also over plain HTTP, and other networks are rejected', async () => {
    const development = createTargetPolicy({ allowedNetworks: ['127.0.0.0/8', 'fd00::/8'], resolve })
    expect(await development.checkUrl('http://127.0.0.1:8080/')).toBeUndefined()
    expect(await development.checkUrl('http://localhost:8080/')).toBeUndefined()
    expect(await development.checkUrl('http://[fd00::1]/')).toBeUndefined()
    expect(await development.checkUrl('http://[::ffff:127.0.0.1]/')).toBeUndefined()
    expect(await development.checkUrl('http://10.0.0.1/')).toContain('10.0.0.1')
    expect(await development.checkUrl('http://good.example/')).toContain('only https://')
  })

  test.each(['8.8.8.8', '93.184.216.34', '172.15.0.1', '172.32.0.1', '2606:2800:220:1::1', '2a00:1450:4001::1'])(
    'address %s is public',
    (address) => {
      expect(isPublicAddress(address)).toBe(true)
    },
  )
})

describe('endpoint target', () => {
  let app: App
  let receiver: Receiver
  /** The address that the name `changing.example` currently resolves to. */
  let answer = '93.184.216.34'
  beforeAll(async () => {
    receiver = await startReceiver()
    app = await startApp({
      allowedNetworks: [],
      resolve: async (hostname) => {
        if (hostname === 'changing.example') return [{ address: answer, family: 4 }]
        throw Object.assign(new Error('not found'), { code: 'ENOTFOUND' })
      },
    })
  })
  afterAll(async () => {
    await app.stop()
    await receiver.stop()
  })

  test('registration of a forbidden target fails with the reason', async () => {
    const tenant = await app.tenant()
    await expect(tenant.createEndpoint(receiver.url)).rejects.toThrow(
      'VALIDATION_FAILED: input.url: leads where webhooks may not go: 127.0.0.1 is not an address of the public internet',
    )
  })

  test.each(['nope', 'http://[', '', ' https://example.com'])(
    'the URL %j is an issue of its mutation with the path, in a variable and in the document',
    async (url) => {
      const tenant = await app.tenant()
      const result = '{ ... on ValidationError { code issues { path message } } }'
      const inVariable = `mutation ($url: URL!) { webhookEndpointCreate(input: { url: $url, eventTypes: ["*"] }) ${result} }`
      const inDocument = `mutation { webhookEndpointCreate(input: { url: ${JSON.stringify(url)}, eventTypes: ["*"] }) ${result} }`
      const update = `mutation ($url: URL!) { webhookEndpointUpdate(id: "whep_1", input: { url: $url }) ${result} }`
      for (const query of [inVariable, inDocument, update]) {
        const { code, issues } = (await tenant.request(query, { url })).data[
          query === update ? 'webhookEndpointUpdate' : 'webhookEndpointCreate'
        ]
        expect([code, issues[0].path]).toEqual(['VALIDATION_FAILED', 'input.url'])
      }
    },
  )

  test('a name that resolves to a forbidden address after registration is rejected at connect time and explained', async () => {
    const tenant = await app.tenant()
    await tenant.createType('a.b')
    await tenant.createEndpoint(`https://changing.example:${receiver.port}/`)
    answer = '127.0.0.1'
    await tenant.publish('a.b')
    await app.deliver()
    const [delivery] = await tenant.deliveries()
    expect(delivery).toMatchObject({
      status: 'RETRYING',
      attempts: [
        {
          errorCode: 'TARGET_FORBIDDEN',
          statusCode: null,
          explanation: expect.stringContaining('127.0.0.1 is not an address of the public internet'),
        },
      ],
    })
    expect(receiver.requests).toHaveLength(0)
  })
})
