import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { afterCommit } from '../../../src/database/after-commit.ts'
import { createDatabase, type Database } from '../../../src/database/client.ts'
import { readConnection } from '../../../src/database/connection.ts'
import { cloneDatabase } from '../../support/database.ts'

// A change is announced where it is written, and only once others can read it.
let database: Database
let clone: Awaited<ReturnType<typeof cloneDatabase>>
beforeAll(async () => {
  clone = await cloneDatabase()
  database = createDatabase({ pooled: readConnection(clone.url) })
})
afterAll(async () => {
  await database.stop()
  await clone.drop()
})

const data = (id: string) => ({ id, name: id, createdAt: new Date(0) })
/** True when another connection can read the organization. */
const isThere = async (id: string): Promise<boolean> =>
  (await database.pool.query('SELECT FROM organizations WHERE id = $1', [id])).rowCount === 1

describe('work after a commit', () => {
  test('the work of a transaction runs in order, once its rows can be read by others', async () => {
    const ran: string[] = []
    const seen = Promise.withResolvers<boolean>()
    const result = await database.prisma.$transaction(async (tx) => {
      afterCommit(tx, () => ran.push('first'))
      await tx.organization.create({ data: data('org_committed') })
      afterCommit(tx, () => {
        ran.push('second')
        isThere('org_committed').then(seen.resolve, seen.reject)
      })
      expect(ran).toEqual([])
      return 'result'
    })
    expect([result, ran, await seen.promise]).toEqual(['result', ['first', 'second'], true])
  })

  test('the work of a transaction that fails never runs', async () => {
    const ran: string[] = []
    const failed = database.prisma.$transaction(async (tx) => {
      await tx.organization.create({ data: data('org_rolled_back') })
      afterCommit(tx, () => ran.push('work'))
      throw new Error('refused')
    })
    await expect(failed).rejects.toThrow('refused')
    expect([ran, await isThere('org_rolled_back')]).toEqual([[], false])
  })

  test('the work of a write without a transaction runs at once', () => {
    const ran: string[] = []
    afterCommit(database.prisma, () => ran.push('work'))
    expect(ran).toEqual(['work'])
  })

  test('a transaction of several statements commits all of them', async () => {
    const { organization } = database.prisma
    await database.prisma.$transaction([
      organization.create({ data: data('org_a') }),
      organization.create({ data: data('org_b') }),
    ])
    expect([await isThere('org_a'), await isThere('org_b')]).toEqual([true, true])
  })
})
