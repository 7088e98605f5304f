import type { Page } from 'playwright-core'
import { startDashboard } from './dashboard.ts'
import { openAs } from './dashboard-people.ts'
import { startReceiver } from './receiver.ts'

export interface Frame {
  dark?: boolean
  width?: number
}

/** A page of a new owner below the organization, with its heading. */
export async function openPage(
  dashboard: Awaited<ReturnType<typeof startDashboard>>,
  path: string,
  frame: Frame = {},
): Promise<Page> {
  const page = await openAs(dashboard, 'OWNER', path)
  if (frame.dark) await page.emulateMedia({ colorScheme: 'dark' })
  if (frame.width !== undefined) await page.setViewportSize({ width: frame.width, height: 860 })
  await page.getByRole('heading', { level: 1 }).waitFor()
  return page
}

/** A dashboard whose organization sends events of `invoice.paid` to a receiver, with a header of its own. */
export async function startBilling() {
  const dashboard = await startDashboard()
  const receiver = await startReceiver()
  const { program } = dashboard
  await program.createType('invoice.paid')
  await program.createType('user.created')
  const headers = [{ name: 'x-api-key', value: 'hunter2' }]
  const { secret, webhookEndpoint } = await program.createEndpoint(receiver.url, { eventTypes: ['invoice.*'], headers })
  return {
    dashboard,
    receiver,
    program,
    secret: secret ?? '',
    endpointId: webhookEndpoint.id,
    open: (path: string, frame?: Frame) => openPage(dashboard, path, frame),
    /** Publishes and sends one event. @returns the id of its delivery */
    async deliver(data: unknown = {}): Promise<string> {
      await program.publish('invoice.paid', data)
      await dashboard.deliver()
      return (await program.deliveries()).at(-1)!.id
    },
    /** Answers of the receiver from now on. */
    fail: () => receiver.respond((_request, response) => response.writeHead(500).end('no disk left')),
    accept: () => receiver.respond((_request, response) => response.writeHead(204).end()),
    /** Runs a mutation of one endpoint, such as `webhookEndpointDelete`. */
    change: (mutation: string, id: string) =>
      program.ask(`mutation ($id: ID!) { ${mutation}(id: $id) { __typename ... on Error { code message } } }`, { id }),
    async stop() {
      await dashboard.stop()
      await receiver.stop()
    },
  }
}
