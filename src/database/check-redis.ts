import { Redis } from 'ioredis'

const CONNECT_MS = 2_000
const ANSWER_MS = 1_000
const TEXT = 'signalbox:check:text'
const HASH = 'signalbox:check:hash'
const EXPIRES_MS = 1_000

/** Each command that Signalbox sends, by itself or in a script, in a form that leaves nothing behind. SUBSCRIBE comes last. */
const TRIALS: [command: string, ...args: (string | number)[]][] = [
  ['time'],
  ['set', TEXT, '', 'PX', EXPIRES_MS],
  ['get', TEXT],
  ['pttl', TEXT],
  ['hset', HASH, 'a', 1],
  ['pexpire', HASH, EXPIRES_MS],
  ['hget', HASH, 'a'],
  ['hmget', HASH, 'a'],
  ['hexists', HASH, 'a'],
  ['hincrby', HASH, 'a', 1],
  ['hdel', HASH, 'a'],
  ['eval', 'return 1', 1, TEXT],
  ['evalsha', '0'.repeat(40), 1, TEXT],
  ['publish', 'signalbox:live:check', ''],
  ['subscribe', 'signalbox:live:check'],
  ['unsubscribe', 'signalbox:live:check'],
]

/** Permissions of an ACL user that suffice, as docs/operations.md has them. */
export const PERMISSIONS = `${TRIALS.map(([command]) => `+${command}`).join(' ')} ~signalbox:* &signalbox:live:*`

/**
 * Asks Redis once for all that Signalbox needs from it. A Redis that is away is no mistake: the start goes on degraded.
 *
 * @throws with one sentence when REDIS_URL has the wrong password or database, or a user that lacks a permission
 */
export async function checkRedis(url: string): Promise<void> {
  const redis = new Redis(url, {
    lazyConnect: true,
    enableReadyCheck: false,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: CONNECT_MS,
    commandTimeout: ANSWER_MS,
    retryStrategy: () => null,
  })
  const errors: Error[] = []
  redis.on('error', (error) => errors.push(error))
  try {
    await redis.connect().catch(() => {})
    const mistake = errors.map(explainMistake).find((sentence) => sentence !== undefined)
    if (mistake !== undefined) throw new Error(`REDIS_URL: ${mistake}`, { cause: errors[0] })
    if (redis.status === 'ready') await refuseMissingPermissions(redis)
  } finally {
    redis.disconnect()
  }
}

function explainMistake(error: Error & { code?: string }): string | undefined {
  const { message } = error
  if (message.startsWith('WRONGPASS') || message.includes('invalid password'))
    return `Redis refused the user name or password (${message}). Correct them: redis://<user>:<password>@<host>:<port>.`
  if (message.startsWith('NOAUTH'))
    return 'Redis demands a password. Set it: redis://<user>:<password>@<host>:<port>, or redis://:<password>@… without a user.'
  if (message.startsWith('NOPERM'))
    return `Redis refused a permission (${message}). Use database 0, or grant the user +select.`
  if (message.startsWith('ERR DB index') || message.startsWith('ERR invalid DB index'))
    return `Redis has no such database (${message}). Correct the number at the end of the URL, or leave it out.`
  if (/^(SELF_SIGNED_CERT|DEPTH_ZERO|UNABLE_TO_)/.test(error.code ?? ''))
    return "the server's certificate is not signed by a known authority. Set NODE_EXTRA_CA_CERTS=<file with the authority>."
  return undefined
}

async function refuseMissingPermissions(redis: Redis): Promise<void> {
  const messages = await Promise.all(
    TRIALS.map(([command, ...args]) =>
      redis.call(command, ...args).then(
        () => '',
        (error: Error) => error.message,
      ),
    ),
  )
  const isRefusal = (message: string) => message.startsWith('NOPERM')
  const refused = TRIALS.flatMap(([command], index) => (isRefusal(messages[index]!) ? command : []))
  if (refused.length === 0) return
  const { username = 'default' } = redis.options
  throw new Error(
    `REDIS_URL: Redis refused ${refused.join(', ')} to the user ${username} (${messages.find(isRefusal)}). Grant it: ACL SETUSER ${username} ${PERMISSIONS}`,
  )
}
