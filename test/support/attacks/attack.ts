import { request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { Permissions } from '../../../src/domain/people/permissions.ts'
import type { Client } from '../api.ts'
import { SLOW_PATTERN } from '../slow-schema.ts'

/** Where an attack goes, and what the attacker has: keys of tier STANDARD of one organization. */
export interface AttackTarget {
  url: string
  keys: readonly string[]
  /** Key without a reachable limit, to set an attack up. */
  setUpKey: string
}

/** Counts results of an attack by name, such as a status. */
export type Count = (result: string) => void

/** Attacks until the process of the attacker ends. */
export type Attack = (target: AttackTarget, count: Count) => Promise<unknown>

const KEYS = 10
const LARGE_EVENTS = 5
const ENDPOINTS = 10
const PERMISSIONS: Permissions = { webhooks: ['read', 'write'], events: ['read', 'write'], deliveries: ['read'] }
/** Type of the events that only reads of the attacker use. */
const READ_TYPE = 'attack.read'
export const SLOW_TYPE = 'attack.slow'
/** Time before an attack goes on after a connection failed. */
const RETRY_MS = 10

/**
 * Creates the organization of an attacker with keys, large events and many deliveries to read.
 *
 * @param receiverUrl accepts the deliveries
 */
export async function createAttackTarget(host: Client, url: string, receiverUrl: string): Promise<AttackTarget> {
  const owner = host.in(await host.createOrganization('Attacker'))
  const keys: string[] = []
  while (keys.length < KEYS) keys.push((await owner.createKey(PERMISSIONS, { tier: 'STANDARD' })).secret)
  await owner.createType(READ_TYPE)
  await owner.createType(SLOW_TYPE, { schema: { type: 'string', pattern: SLOW_PATTERN } })
  for (let n = 0; n < LARGE_EVENTS; n++) await owner.publish(READ_TYPE, 'x'.repeat(200_000))
  for (let n = 0; n < ENDPOINTS; n++) await owner.createEndpoint(receiverUrl, { eventTypes: [READ_TYPE] })
  await owner.publishMany(Array.from({ length: ENDPOINTS }, (_, n) => ({ type: READ_TYPE, data: n })))
  const { secret: setUpKey } = await owner.createKey(PERMISSIONS, { tier: 'ENTERPRISE' })
  return { url, keys, setUpKey }
}

/** Repeats a step on several connections at once, without end. */
export function onConnections(connections: number, step: (connection: number) => Promise<unknown>): Promise<unknown> {
  return Promise.all(
    Array.from({ length: connections }, async (_, connection) => {
      for (;;) await step(connection).catch(() => delay(RETRY_MS))
    }),
  )
}

/** Posts a body on a connection of its own. @returns the status, or `ended` when the server closed first */
export function post(url: string, body: string, headers: Record<string, string>): Promise<string> {
  return new Promise((resolve) => {
    const sent = request(`${url}/graphql`, { method: 'POST', agent: false, headers }, (response) => {
      resolve(String(response.statusCode))
      response.resume().on('end', () => sent.destroy())
    })
    sent.on('error', () => resolve('ended')).end(body)
  })
}

/** Posts an operation with a key. @returns the code of its first error, or the status */
export async function postOperation(
  url: string,
  key: string,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<string> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': key },
    body: JSON.stringify({ query, variables }),
  })
  const { errors } = (await response.json()) as { errors?: { extensions: { code: string } }[] }
  return errors?.[0]?.extensions.code ?? String(response.status)
}

/** Text of an upgrade request. */
export function upgradeText(path: string, more = ''): string {
  return `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n${more}\r\n`
}
