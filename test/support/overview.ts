import { countMinutes } from '../../src/domain/deliveries/count-minutes.ts'
import { DEFAULT_LIMITS } from '../../src/domain/limits/limit-config.ts'
import { startApp } from './app.ts'
import { startReceiver } from './receiver.ts'

/** Requests a minute of keys with the tier ELEVATED. */
export const LIMIT = 10

/** Signalbox with a receiver, for the page that an organization opens first. */
export async function startOverview() {
  const receiver = await startReceiver()
  const app = await startApp({
    allowances: { ...DEFAULT_LIMITS, tiers: { ...DEFAULT_LIMITS.tiers, ELEVATED: { minute: LIMIT, hour: 1_000 } } },
  })

  const count = () => countMinutes(app.database.pool, app.clock.now())
  const rowsOf = async (table: string, organizationId: string) =>
    (await app.database.pool.query(`SELECT * FROM ${table} WHERE organization_id = $1`, [organizationId])).rows

  /** An organization with an endpoint; the platform key acts in it, because tenants have limits here. */
  async function setUp(more: Record<string, unknown> = {}) {
    const organizationId = await app.host.createOrganization('Watched')
    const tenant = app.host.in(organizationId)
    await tenant.createType('a.b')
    const { webhookEndpoint } = await tenant.createEndpoint(receiver.url, { disableAfterFailures: null, ...more })
    const publish = async (events: number) => {
      await tenant.publishMany(Array.from({ length: events }, (_, n) => ({ type: 'a.b', data: { n } })))
    }
    const lastHour = () =>
      tenant.ask(
        '{ overview { lastHour { created succeeded failed successShare p95Duration minutes { at created succeeded failed } } } }',
      )
    const backlog = async () =>
      (
        await tenant.ask(`{ overview { backlog { due { count isExact } later { count isExact } dead { count isExact }
          held { count isExact } oldestDueAt } } }`)
      ).backlog
    return {
      ...tenant,
      organizationId,
      endpointId: webhookEndpoint.id,
      publishSome: publish,
      backlog,
      lastHour: async () => (await lastHour()).lastHour,
    }
  }

  /** Answers every request with a status until the work is done. */
  async function answering(status: number, work: () => Promise<unknown>): Promise<void> {
    receiver.respond((_request, response) => response.writeHead(status).end())
    await work()
    receiver.respond((_request, response) => response.writeHead(204).end())
  }

  return {
    ...{ app, receiver, count, rowsOf, setUp, answering },
    async stop() {
      await app.stop()
      await receiver.stop()
    },
  }
}

export const exactly = (count: number) => ({ count, isExact: true })
