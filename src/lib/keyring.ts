import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'

const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * Encrypts what must be read again, such as signing secrets: AES-256-GCM (NIST SP 800-38D). The first key of the ring
 * encrypts; each still decrypts. `context` is bound in, so that a ciphertext moved to another row does not open.
 */
export interface Keyring {
  encrypt(plaintext: string, context: string): string
  decrypt(ciphertext: string, context: string): string
}

/** @param keys `id:base64` for each key of 32 bytes, the newest first */
export function createKeyring(keys: readonly string[]): Keyring {
  const ring = new Map(keys.map(parseKey))
  const [newest] = ring
  if (newest === undefined) throw new Error('The key ring is empty.')
  return {
    encrypt(plaintext, context) {
      const [id, key] = newest
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context))
      const sealed = Buffer.concat([nonce, cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return `${id}:${sealed.toString('base64')}`
    },
    decrypt(ciphertext, context) {
      const [id = '', sealed = ''] = ciphertext.split(':')
      const key = ring.get(id)
      if (key === undefined)
        throw new Error(`No key "${id}" in ENCRYPTION_KEYS: put it back to read what it encrypted.`)
      const bytes = Buffer.from(sealed, 'base64')
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      })
      decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(-TAG_BYTES))
      return decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
    },
  }
}

/** Whether the text is one key of a ring: `id:base64` of 32 bytes. */
export function isKeyringKey(text: string): boolean {
  const [id = '', key = '', ...rest] = text.split(':')
  return rest.length === 0 && /^[\w-]{1,32}$/.test(id) && Buffer.from(key, 'base64').length === KEY_BYTES
}

/** The key of a development installation: made on first use and kept in `dataDir`, readable by its owner only. */
export async function developmentKey(dataDir: string): Promise<string> {
  const file = path.join(dataDir, 'encryption-key')
  const made = `development:${randomBytes(KEY_BYTES).toString('base64')}`
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  // Fails when the file is there: of two processes that start together, one makes the key and both read it.
  await writeFile(file, made, { mode: 0o600, flag: 'wx' }).catch((error) => {
    if (error.code !== 'EEXIST') throw error
  })
  return (await readFile(file, 'utf8')).trim()
}

function parseKey(text: string): [string, Buffer] {
  if (!isKeyringKey(text)) throw new Error('Each key of the ring is id:base64 of 32 bytes.')
  const [id = '', key = ''] = text.split(':')
  return [id, Buffer.from(key, 'base64')]
}
