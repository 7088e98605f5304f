import { Webhook } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type App, startApp } from '../../support/app.ts'
import { killListeners, listenTenant } from '../../support/listen.ts'
import { type Receiver, startReceiver } from '../../support/receiver.ts'
import { freePort } from '../../support/redis.ts'
import { subscribed } from '../../support/watch.ts'

let app: App
let receiver: Receiver
beforeAll(async () => {
  app = await startApp()
  receiver = await startReceiver()
})
afterEach(async () => {
  await killListeners()
  await subscribed(app, 0)
})
afterAll(async () => {
  await app.stop()
  await receiver.stop()
})

describe('listen', () => {
  test('--mirror receives what another endpoint wants, and the other endpoint notices nothing', async () => {
    const tenant = await listenTenant(app)
    receiver.respond((_request, response) => response.writeHead(204).end())
    receiver.requests.length = 0
    const predicate = { greater: { path: ['data', 'total'], value: 10 } }
    const filter = { eventTypes: ['invoice.paid'], channels: ['eu'], predicate }
    const { webhookEndpoint } = await tenant.createEndpoint(`${receiver.url}/original`, filter)
    const listener = await tenant.listen(`${receiver.port}/copy`, '--mirror', webhookEndpoint.id, '--json')
    await tenant.publish('invoice.paid', { total: 5 }, { channels: ['eu'] })
    await tenant.publish('invoice.paid', { total: 12 }, { channels: ['us'] })
    const wanted = await tenant.publish('invoice.paid', { total: 12 }, { channels: ['eu'] })
    await listener.printed(/"kind":"delivery"/)
    await app.deliver()
    const received = receiver.requests.map(({ path, eventId }) => [path, eventId])
    expect(received.sort()).toEqual([
      ['/copy', wanted],
      ['/hook/original', wanted],
    ])
    expect(listener.lines()[0]).toMatchObject({ kind: 'ready', types: ['invoice.paid'] })
  })

  test('--mirror of an endpoint of another organization ends with a sentence', async () => {
    const tenant = await listenTenant(app)
    const other = await listenTenant(app)
    const { webhookEndpoint } = await other.createEndpoint(receiver.url)
    const listener = tenant.start('3000/hooks', '--mirror', webhookEndpoint.id)
    expect(await listener.exited).toBe(1)
    expect(listener.said().error).toContain(`There is no endpoint ${webhookEndpoint.id} to mirror.`)
    expect(await tenant.endpoints()).toEqual([])
  })

  test('the exact bytes reach the target, and the delivery is acknowledged after its answer', async () => {
    const tenant = await listenTenant(app)
    const answer = Promise.withResolvers<() => void>()
    receiver.requests.length = 0
    receiver.respond((_request, response) =>
      answer.resolve(() => response.writeHead(201, { 'x-local': 'yes' }).end('thanks')),
    )
    const listener = await tenant.listen(`${receiver.port}/hooks`, '--print-secret', '--json')
    const eventId = await tenant.publish('invoice.paid', { total: 12.5, note: 'ü' })
    const respond = await answer.promise
    expect(await tenant.deliveries()).toMatchObject([{ attempts: [] }])
    respond()
    await expect.poll(async () => (await tenant.deliveries())[0]?.status).toBe('SUCCEEDED')
    const [request] = receiver.requests
    const { body } = await tenant.ask('query ($id: ID!) { node(id: $id) { ... on Event { body } } }', { id: eventId })
    expect(request).toMatchObject({ method: 'POST', path: '/hooks', eventId })
    expect(String(request?.body)).toBe(body)
    const [ready] = listener.lines()
    const timestamp = new Date(Number(request?.headers['webhook-timestamp']) * 1000)
    expect(request?.headers['webhook-signature']).toBe(new Webhook(ready.secret).sign(eventId, timestamp, body))
    const [delivery] = await tenant.deliveries()
    expect(delivery?.attempts).toMatchObject([{ statusCode: 201, responseBody: 'thanks' }])
    expect(delivery?.attempts[0]?.responseHeaders).toContainEqual({ name: 'x-local', value: 'yes' })
    await listener.printed(/"kind":"delivery"/)
    expect(listener.lines().at(-1)).toMatchObject({
      ...{ kind: 'delivery', deliveryId: delivery?.id, eventId, type: 'invoice.paid', attempt: 1 },
      ...{ statusCode: 201, errorCode: null, acknowledgement: 'RECORDED' },
    })
  })

  test('attempts are CONNECTION_REFUSED while no local server runs, and the schedule goes on', async () => {
    const tenant = await listenTenant(app)
    const listener = await tenant.listen(`127.0.0.1:${await freePort()}`)
    await tenant.publish('invoice.paid')
    await listener.printed(/invoice\.paid {2}CONNECTION_REFUSED.*Nothing listens there/)
    const [first] = await tenant.deliveries()
    expect(first).toMatchObject({ status: 'RETRYING', attempts: [{ errorCode: 'CONNECTION_REFUSED' }] })
    app.clock.advance(3600)
    await tenant.publish('invoice.paid')
    await expect.poll(async () => (await tenant.deliveries())[0]?.attempts.length, { timeout: 20_000 }).toBe(2)
  })

  test('only the given types are delivered', async () => {
    const tenant = await listenTenant(app)
    const listener = await tenant.listen('--answer', '204', '--types', 'invoice.paid', '--json')
    await tenant.publish('invoice.voided')
    const eventId = await tenant.publish('invoice.paid')
    await listener.printed(/"kind":"delivery"/)
    expect((await tenant.deliveries()).map((delivery) => delivery.eventId)).toEqual([eventId])
  })

  test('the listener answers itself after the delay with --answer', async () => {
    const tenant = await listenTenant(app)
    const listener = await tenant.listen('--answer', '500', '--delay', '300ms')
    await tenant.publish('invoice.paid')
    await listener.printed(/invoice\.paid {2}500 {2}300 ms .*Internal Server Error/)
    expect(await tenant.deliveries()).toMatchObject([{ status: 'RETRYING', attempts: [{ statusCode: 500 }] }])
  })

  test('stored events are replayed from an event on', async () => {
    const tenant = await listenTenant(app)
    await tenant.publish('invoice.paid')
    app.clock.advance(5)
    const wanted = [await tenant.publish('invoice.paid'), await tenant.publish('invoice.voided')]
    const words = ['--answer', '204', '--json', '--expect', 'invoice.*', '--count', '2']
    const listener = tenant.start(...words, '--from', wanted[0]!)
    expect(await listener.exited).toBe(0)
    const deliveries = listener.lines().filter(({ kind }) => kind === 'delivery')
    expect(deliveries.map(({ eventId }) => eventId).sort()).toEqual(wanted.sort())
  })

  test('stored events of a duration are replayed', async () => {
    // The listener has the clock of its machine: the first event is two hours old there.
    app.clock.advance((Date.now() - app.clock.now().getTime()) / 1000 - 2 * 3600)
    const tenant = await listenTenant(app)
    await tenant.publish('invoice.paid')
    app.clock.advance(90 * 60)
    const wanted = await tenant.publish('invoice.paid')
    const listener = tenant.start('--answer', '204', '--json', '--expect', '*', '--since', '1h')
    expect(await listener.exited).toBe(0)
    const deliveries = listener.lines().filter(({ kind }) => kind === 'delivery')
    expect(deliveries.map(({ eventId }) => eventId)).toEqual([wanted])
  })
})
