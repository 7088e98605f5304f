import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDnsResolver, DnsError } from '../../../src/domain/endpoints/dns-resolver.ts'

// Receiver names are looked up so that a slow name server of one organization delays no other organization.
const server: Socket = createSocket('udp4')
const A = 1
let servers: string[]

/** Answers for `found.test` with one IPv4 address, that `empty.test` does not exist, and nothing for any other (RFC 1035). */
function answer(query: Buffer): Buffer | undefined {
  const labels: string[] = []
  let at = 12
  for (; query[at]! > 0; at += query[at]! + 1) labels.push(query.toString('latin1', at + 1, at + 1 + query[at]!))
  const question = query.subarray(12, at + 5)
  const name = labels.join('.').toLowerCase()
  const isFound = name === 'found.test' && query.readUInt16BE(at + 1) === A
  if (!['found.test', 'empty.test'].includes(name)) return undefined
  const flags = name === 'empty.test' ? 0x8183 : 0x8180
  const counts = [flags, 1, isFound ? 1 : 0, 0, 0].flatMap((count) => [count >> 8, count & 0xff])
  const record = isFound ? [0xc0, 12, 0, A, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7] : []
  return Buffer.concat([query.subarray(0, 2), Buffer.from(counts), question, Buffer.from(record)])
}

beforeAll(async () => {
  server.on('message', (query, { port, address }) => {
    const text = answer(query)
    if (text !== undefined) server.send(text, port, address)
  })
  server.bind(0, '127.0.0.1')
  await once(server, 'listening')
  servers = [`127.0.0.1:${(server.address() as AddressInfo).port}`]
})
afterAll(() => server.close())

describe('DNS resolver', () => {
  test('a name with a dot is looked up at the name servers, a name without a dot by the system', async () => {
    const resolve = createDnsResolver({ servers })
    expect(await resolve('found.test')).toEqual([{ address: '192.0.2.7', family: 4 }])
    expect((await resolve('localhost')).map(({ address }) => address)).toContain('127.0.0.1')
  })

  test.each([
    ['that does not exist', 'empty.test', 'ENOTFOUND'],
    ['with silent name servers', 'silent.test', 'EAI_AGAIN'],
  ])('a name %s (%s) fails with %s', async (_which, name, code) => {
    const failed = createDnsResolver({ servers, timeoutMs: 100 })(name)
    await expect(failed).rejects.toThrow(DnsError)
    await expect(failed).rejects.toMatchObject({ code })
  })

  test('a hundred names with silent name servers delay no other look-up', async () => {
    const resolve = createDnsResolver({ servers })
    let settled = 0
    for (let n = 0; n < 100; n++)
      resolve(`h${n}.silent.test`).catch(() => {
        settled++
      })
    expect(await resolve('found.test')).toHaveLength(1)
    expect(await resolve('localhost')).not.toHaveLength(0)
    expect(settled).toBe(0)
  })
})
