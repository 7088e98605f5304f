import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDatabase, type Database } from '../../../src/database/client.ts'
import { readConnection } from '../../../src/database/connection.ts'
import { hasSqlState, SQL_STATE, sqlStateOf } from '../../../src/database/sql-state.ts'
import { cloneDatabase } from '../../support/database.ts'

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

const organization = { id: 'org_twice', name: 'Twice', createdAt: new Date() }

describe('SQLSTATE', () => {
  test.each([
    ['pg', () => database.pool.query('SELECT 1 / 0'), '22012'],
    ['a raw query of Prisma', () => database.prisma.$queryRaw`SELECT 1 / 0`, '22012'],
    ['a model of Prisma', () => createTwice(), SQL_STATE.uniqueViolation],
  ])('the code of a statement that fails over %s is read', async (_, run, code) => {
    const error = await Promise.resolve(run()).catch((error: unknown) => error)
    expect(sqlStateOf(error)).toBe(code)
    expect(hasSqlState(error, '00000', code.slice(0, 2))).toBe(true)
    expect(hasSqlState(error, '00000')).toBe(false)
  })

  test('other errors have no code, even when they have a code of their own', () => {
    for (const error of [Object.assign(new Error('closed'), { code: 'EPIPE' }), new Error(), null, '22012'])
      expect(sqlStateOf(error)).toBeUndefined()
  })

  async function createTwice(): Promise<void> {
    for (let n = 0; n < 2; n++) await database.prisma.organization.create({ data: organization })
  }
})
