import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startEmbeddedPostgres } from '../../../src/database/embedded/postgres.ts'
import { ACTIONS, RESOURCES } from '../../../src/domain/people/permissions.ts'
import { createApi } from '../api.ts'
import { startProcess } from '../process.ts'
import { freePort } from '../redis.ts'

const OPERATOR_KEY = 'the-key-of-the-fuzz-runs-1234567890'
const PLENTY = '999999/999999999'

/** A key with the headers that present it. */
export interface FuzzKey {
  name: string
  headers: Record<string, string>
  /** True for the operator and for owners. */
  mayAll: boolean
}

/** Starts Signalbox as `npm start` does, on a PostgreSQL of its own, with limits that the run does not reach. */
export async function startTarget() {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'signalbox-fuzz-'))
  const postgres = await startEmbeddedPostgres({ dataDir })
  const port = await freePort()
  const signalbox = startProcess({
    ...{ NODE_ENV: 'production', HOST: '127.0.0.1', PORT: String(port), DATABASE_URL: postgres.url },
    ...{ BOOTSTRAP_API_KEY: OPERATOR_KEY, DATA_DIR: path.join(dataDir, 'signalbox'), LOG_LEVEL: 'warn' },
    ENCRYPTION_KEYS: `fuzz:${Buffer.alloc(32, 7).toString('base64')}`,
    ENDPOINT_ALLOWED_NETWORKS: '127.0.0.0/8',
    RATE_LIMITS: ['STANDARD', 'ELEVATED', 'ENTERPRISE'].map((tier) => `${tier}=${PLENTY}`).join(','),
    DAILY_QUOTAS: 'STARTER=none,GROWTH=none,ENTERPRISE=none',
    FIELD_LIMITS: [
      'apiKeyCreate',
      'apiKeyRotate',
      'deliveryRetry',
      'replayCreate',
      'webhookEndpointTest',
      'persistedDocumentCreate',
    ]
      .map((field) => `${field}=999999`)
      .join(','),
  })
  const url = `http://127.0.0.1:${port}`
  await waitUntilReady(url)
  const { apiKey } = await createApi(url).as(OPERATOR_KEY).ask('{ viewer { apiKey { id } } }')
  return {
    url,
    /** Id that no operation may name: the run goes on with this key. */
    operatorKeyId: apiKey.id as string,
    signalbox,
    createKeys: () => createKeys(url),
    async stop() {
      const { code, signal } = await signalbox.end('SIGTERM')
      await postgres.stop()
      await rm(dataDir, { recursive: true, force: true })
      return code === 0 ? undefined : `Signalbox ended with ${code ?? signal}`
    },
  }
}

/** The operator, two owners, and a key of one organization with every single permission. */
async function createKeys(url: string): Promise<FuzzKey[]> {
  const operator = createApi(url).as(OPERATOR_KEY)
  const withKey = (name: string, key: string, more = {}) => ({
    ...{ name, mayAll: /^(operator|owner)/.test(name) },
    headers: { authorization: `Bearer ${key}`, ...more },
  })
  const keys = [
    withKey('operator', OPERATOR_KEY),
    { name: 'nobody', headers: {}, mayAll: false },
    withKey('forged', 'sb_live_x'),
  ]
  for (const owner of ['first', 'second']) {
    const id = await operator.createOrganization(owner)
    const inside = operator.in(id)
    keys.push(withKey(`operator in ${owner}`, OPERATOR_KEY, { 'signalbox-organization': id }))
    const everything = Object.fromEntries(
      RESOURCES.filter((name) => name !== 'platform').map((name) => [name, ACTIONS]),
    )
    const { secret } = await inside.createKey(everything)
    keys.push(withKey(`owner of ${owner}`, secret))
    await inside.createType('order.made')
    if (owner === 'second') continue
    for (const resource of RESOURCES)
      for (const action of ACTIONS)
        keys.push(withKey(`${resource}: ${action}`, (await inside.createKey({ [resource]: [action] })).secret))
  }
  return keys
}

async function waitUntilReady(url: string): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const response = await fetch(`${url}/readyz`).catch(() => undefined)
    if (response?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`${url} was not ready within 30 s.`)
}
