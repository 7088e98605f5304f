import {
  type GraphQLOutputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CountScalar, MicrosecondsScalar } from '../../../schema/scalars.ts'
import { schema } from '../../../schema/schema.ts'
import { type App, startApp } from '../../support/app.ts'

let app: App
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.stop())

/** Every field of an output or input type, with the name of its type and its description. */
const fields = Object.values(schema.getTypeMap()).flatMap((type) => {
  if (type.name.startsWith('__') || !(isObjectType(type) || isInterfaceType(type) || isInputObjectType(type))) return []
  return Object.values(type.getFields()).map((field) => ({
    name: `${type.name}.${field.name}`,
    isOutput: !isInputObjectType(type),
    type: getNamedType(field.type as GraphQLOutputType).name,
    description: field.description ?? '',
  }))
})

/** A number of any size, and one that is counted up to a bound. */
const COUNTS = ['Count', 'CappedCount']
/** Reported by programs of partners, which measure in milliseconds. */
const IN_MILLISECONDS = 'DeliveryStreamResultInput.durationMs'

describe('numbers of the schema', () => {
  test('every counter without a small bound is a Count', () => {
    const bounded = [
      ...['RetryPolicy.maxAttempts', 'WebhookEndpoint.disableAfterFailures'],
      ...['SessionsEndOthersPayload.ended', 'TwoFactor.recoveryCodesLeft'],
    ]
    const counters = fields.filter(({ isOutput, description }) => isOutput && /^(Number|Bytes) of/.test(description))
    expect(counters.length).toBeGreaterThan(20)
    expect(counters.filter(({ name, type }) => !COUNTS.includes(type) && !bounded.includes(name))).toEqual([])
  })

  test('every measured duration is Microseconds, and every setting of time is whole seconds', () => {
    const own = fields.filter(({ name }) => name !== IN_MILLISECONDS)
    const measured = own.filter(({ name }) => /duration/i.test(name))
    expect(new Set(measured.map(({ type }) => type))).toEqual(new Set(['Microseconds']))
    const settings = fields.filter(({ name }) => /seconds$/i.test(name) && !/microseconds$/i.test(name))
    expect(new Set(settings.map(({ type }) => type))).toEqual(new Set(['Int']))
    const descriptions = Object.values(schema.getTypeMap()).flatMap((type) => [
      type.description ?? '',
      ...(isEnumType(type) ? type.getValues().map(({ description }) => description ?? '') : []),
    ])
    expect([...descriptions, ...own.map(({ description }) => description)].join(' ')).not.toMatch(/millisecond/i)
  })

  test('a Count is exact to 2^53 - 1 and refuses any other number', () => {
    expect(CountScalar.serialize(2 ** 53 - 1)).toBe(9_007_199_254_740_991)
    for (const wrong of [2 ** 53, -1, 0.5, Number.NaN, '1', null]) {
      expect(() => CountScalar.serialize(wrong)).toThrow('must be a whole number from 0 to')
      expect(() => CountScalar.parseValue(wrong)).toThrow('must be a whole number from 0 to')
    }
    expect(MicrosecondsScalar.serialize(1.6)).toBe(2)
  })

  test('statistics count past 2^31 exactly', async () => {
    const tenant = await app.tenant()
    const { webhookEndpoint } = await tenant.createEndpoint('http://127.0.0.1:9/')
    for (const day of ['2026-01-01', '2026-01-02'])
      await app.database.pool.query(
        `INSERT INTO delivery_stats (endpoint_id, day, bucket, organization_id, created, attempts, failed_attempts, succeeded, dead,
          retries, duration_microseconds) VALUES ($1, $2, 10, $3, 2000000001, 2000000002, 2000000003, 2000000004, 2000000005, 0, 4000000004)`,
        [webhookEndpoint.id, day, tenant.organizationId],
      )
    const stats =
      await tenant.ask(`{ deliveryStats(filter: { from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z" }) {
      total attempts failed succeeded dead meanDuration pending } }`)
    expect(stats).toEqual({
      total: 4_000_000_002,
      attempts: 4_000_000_004,
      failed: 4_000_000_006,
      succeeded: 4_000_000_008,
      dead: 4_000_000_010,
      meanDuration: 2,
      pending: 0,
    })
  })
})
