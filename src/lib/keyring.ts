import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'

const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * Encrypts secrets that must be read again, with AES-256-GCM (NIST SP 800-38D). The first key encrypts and every key
 * decrypts; `context` is authenticated, so a ciphertext moved to another row does not decrypt.
 */
export interface Keyring {
  encrypt(plaintext: string, context: string): string
  decrypt(ciphertext: string, context: string): string
}

/** @param keys `id:base64` of 32 bytes each, newest first */
export function createKeyring(keys: readonly string[]): Keyring {
  const ring = new Map(keys.map(parseKey))
  const [newest] = ring
  if (newest === undefined) throw new Error('ENCRYPTION_KEYS is empty.')
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
        throw new Error(`ENCRYPTION_KEYS has no key "${id}". Add the key again: stored secrets are encrypted with it.`)
      const bytes = Buffer.from(sealed, 'base64')
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      })
      decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(-TAG_BYTES))
      return decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
    },
  }
}

/** True for the text of one key: `id:base64` of 32 bytes. */
export function isKeyringKey(text: string): boolean {
  const [id = '', key = '', ...rest] = text.split(':')
  return rest.length === 0 && /^[\w-]{1,32}$/.test(id) && Buffer.from(key, 'base64').length === KEY_BYTES
}

/** The key of a development installation, generated on first use and kept in `dataDir`, readable by its owner only. */
export async function developmentKey(dataDir: string): Promise<string> {
  const file = path.join(dataDir, 'encryption-key')
  const made = `development:${randomBytes(KEY_BYTES).toString('base64')}`
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  // The flag wx fails when the file exists: of two processes that start together, one writes the key and both read it.
  await writeFile(file, made, { mode: 0o600, flag: 'wx' }).catch((error) => {
    if (error.code !== 'EEXIST') throw error
  })
  return (await readFile(file, 'utf8')).trim()
}

function parseKey(text: string): [string, Buffer] {
  if (!isKeyringKey(text)) throw new Error('Each key in ENCRYPTION_KEYS must be id:base64 of 32 bytes.')
  const [id = '', key = ''] = text.split(':')
  return [id, Buffer.from(key, 'base64')]
}
