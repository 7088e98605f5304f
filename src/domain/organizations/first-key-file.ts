import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'

const NAME = 'first-api-key'

/**
 * Writes the first API key to a file that only the user of the process may read: logs are collected, searched and kept.
 *
 * @returns the path of the file
 * @throws Error with the way back in, because the key is stored as a hash only
 */
export async function writeFirstKey(dataDir: string, secret: string): Promise<string> {
  const file = path.join(dataDir, NAME)
  try {
    await mkdir(dataDir, { recursive: true })
    // An existing file would keep its own mode.
    await rm(file, { force: true })
    await writeFile(file, `${secret}\n`, { mode: 0o600, flag: 'wx' })
    return file
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new Error(`The first API key cannot be written to ${file} (${code}). Start again with BOOTSTRAP_API_KEY.`, {
      cause,
    })
  }
}
