// An attacker as a process: runs the attack of its first argument until its input ends, and prints the counted results.
// With `low` as third argument the process has the lowest priority, as the attacker of a real server has another machine.
import { constants, setPriority } from 'node:os'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Attack, AttackTarget } from './attack.ts'
import { longLists, manySockets, nestedMessages, nestedReads, slowPatterns, unreadAnswers } from './low-keys.ts'
import { hostileReceivers } from './receivers.ts'
import {
  deepAndWideBodies,
  formBodies,
  handshakes,
  refusedUpgrades,
  silentConnections,
  unknownKeys,
  unreadGraphiQL,
  unreadIntrospection,
} from './strangers.ts'

export const ATTACKS: Record<string, Attack> = {
  'form bodies': formBodies,
  'nested and wide bodies of strangers': deepAndWideBodies,
  'introspection that nobody reads': unreadIntrospection,
  'pages of GraphiQL that nobody reads': unreadGraphiQL,
  'handshakes without connection_init': handshakes,
  'refused upgrades left open': refusedUpgrades,
  'connections that send nothing': silentConnections,
  'unknown keys': unknownKeys,
  'answers that nobody reads': unreadAnswers,
  'nested reads': nestedReads,
  'checks against a slow pattern': slowPatterns,
  'lists of 200,000 strings': longLists,
  'nested lists in WebSocket messages': nestedMessages,
  '1,000 WebSockets of an organization': manySockets,
  'receivers that respond without end or never': hostileReceivers,
}

/** No attack: a process that takes as much of the processors as an attacker may. */
export const CPU_BURNER = 'a process that only burns CPU'
/** Time for which the burner keeps its own event loop busy, in milliseconds. */
const BURN_MS = 10

const burnCpu: Attack = async (_target, count) => {
  for (;;) {
    const end = performance.now() + BURN_MS
    while (performance.now() < end);
    count('burnt')
    await nextTurn()
  }
}

if (import.meta.main) {
  if (process.argv[4] === 'low') setPriority(constants.priority.PRIORITY_LOW)
  const results: Record<string, number> = {}
  const target: AttackTarget = JSON.parse(process.argv[3]!)
  process.stdin.resume().on('end', () => process.stdout.write(`${JSON.stringify(results)}\n`, () => process.exit()))
  console.log('attacking')
  await { ...ATTACKS, [CPU_BURNER]: burnCpu }[process.argv[2]!]!(target, (result) => {
    results[result] = (results[result] ?? 0) + 1
  })
}
