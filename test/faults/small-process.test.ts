import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AttackTarget, createAttackTarget } from '../support/attacks/attack.ts'
import { ATTACKS } from '../support/attacks/attacker.ts'
import { runAttack } from '../support/attacks/run-attack.ts'
import { cloneDatabase } from '../support/database.ts'
import { type HonestClient, startHonestClient } from '../support/honest-client.ts'
import { SMALL, type SmallProcess, startSmallProcess } from '../support/small-process.ts'

// Every attack against a process with 1 GiB of heap and 400 descriptors, beside an honest client.
// `npm run bench -- attacks` compares the response times of that client.
const REQUESTS = 120
const PER_SECOND = 40
/** Memory that the process never exceeds, although its heap may have as much alone. */
const RESIDENT_MIB = 1024

let database: Awaited<ReturnType<typeof cloneDatabase>>
let signalbox: SmallProcess
let honest: HonestClient
let target: AttackTarget
/** Open descriptors of the process before the first attack. */
let atRest: number
beforeAll(async () => {
  database = await cloneDatabase()
  signalbox = await startSmallProcess(database.url)
  honest = await startHonestClient(signalbox.host, signalbox.url)
  target = await createAttackTarget(signalbox.host, signalbox.url, honest.receiverUrl)
  await honest.send(REQUESTS, PER_SECOND)
  atRest = signalbox.descriptors()
})
afterAll(async () => {
  await honest.stop()
  await signalbox.stop()
  await database.drop()
})

describe.skipIf(process.platform !== 'linux')('small process', () => {
  test.each(Object.keys(ATTACKS))(
    'honest clients are answered, and memory and descriptors keep their bounds, under attack: %s',
    async (name) => {
      signalbox.takePeakMiB()
      const { value, results } = await runAttack(name, target, async () => {
        const { failures } = await honest.send(REQUESTS, PER_SECOND)
        const descriptors = signalbox.descriptors()
        // A load balancer opens a connection of its own.
        const ready = await fetch(`${signalbox.url}/readyz`, { headers: { connection: 'close' } })
        return { failures, descriptors, status: ready.status }
      })
      console.log(`${name}: ${JSON.stringify(results)}, ${value.descriptors} descriptors`)
      expect(Object.values(results).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0)
      expect(value).toMatchObject({ failures: [], status: 200 })
      expect(value.descriptors).toBeLessThan(SMALL.descriptors)
      expect(signalbox.takePeakMiB()).toBeLessThan(RESIDENT_MIB)
      await expect.poll(honest.missing, { timeout: 15_000 }).toEqual([])
      // Connections to receivers stay open for ten seconds.
      await expect.poll(signalbox.descriptors, { timeout: 15_000 }).toBeLessThanOrEqual(atRest + 10)
      expect(signalbox.ended()).toBeNull()
    },
    60_000,
  )
})
