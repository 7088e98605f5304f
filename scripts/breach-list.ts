// node scripts/breach-list.ts: writes the list of breached passwords that src/domain/people/breached-passwords.ts searches, from the most
// common passwords of the dictionary. node scripts/breach-list.ts --check: fails when the file is another one.
import { readFileSync, writeFileSync } from 'node:fs'
import { dictionary } from '@zxcvbn-ts/language-common'
import { BREACH_LIST, hashPrefix, PREFIX_BYTES } from '../src/domain/people/breached-passwords.ts'
import { PASSWORD_CHARACTERS } from '../src/domain/people/person-input.ts'

const words = dictionary['passwords-common'].filter((word) => [...word].length >= PASSWORD_CHARACTERS.withTwoFactor)
const prefixes = [...new Set(words.map((word) => hashPrefix(word)))].sort((a, b) => a - b)
const bytes = Buffer.alloc(prefixes.length * PREFIX_BYTES)
for (const [index, prefix] of prefixes.entries()) bytes.writeUIntBE(prefix, index * PREFIX_BYTES, PREFIX_BYTES)

if (process.argv.includes('--check')) {
  const same = readFileSync(BREACH_LIST).equals(bytes)
  console.log(same ? 'The list of breached passwords is current.' : 'Run node scripts/breach-list.ts.')
  process.exitCode = same ? 0 : 1
} else {
  writeFileSync(BREACH_LIST, bytes)
  console.log(`Wrote ${prefixes.length} breached passwords, ${bytes.length} bytes.`)
}
