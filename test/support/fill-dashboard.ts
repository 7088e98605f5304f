/** Sends an operation as an owner. @returns the single root field of the answer */
// biome-ignore lint/suspicious/noExplicitAny: answers of many operations.
export type Ask = (query: string, variables?: Record<string, unknown>) => Promise<any>

const EVENTS = 60
const REQUESTS_OF_KEYS = 12
const NOBODY = 'sb_live_0123456789abcdefghijABCDEFGHIJ0123456789abcdefgh'

/**
 * Leaves behind what a day of work leaves, so that no page of the dashboard is empty.
 *
 * @param options.password password of the owner who asks
 * @param options.good URL of a receiver that accepts everything
 * @param options.bad URL of a receiver that fails always
 * @param options.sent resolves when the deliveries so far were tried
 * @returns the addresses of all pages below the organization, by name
 */
export async function fillDashboard(
  ask: Ask,
  options: { url: string; password: string; good: string; bad: string; sent: () => Promise<unknown> },
): Promise<Record<string, string>> {
  const { url, password, good, bad } = options
  await ask('mutation ($input: ReauthenticateInput!) { reauthenticate(input: $input) { __typename } }', {
    input: { password },
  })
  await ask('mutation { eventTypeCatalogueImport(input: { name: IDENTITY }) { __typename } }')
  const create = (field: string, type: string, selection: string) => async (input: Record<string, unknown>) => {
    const payload = await ask(
      `mutation ($input: ${type}Input!) { ${field}(input: $input) { ... on ${type}Payload { ${selection} } ... on Error { message } } }`,
      { input },
    )
    if ('message' in payload) throw new Error(`${field}: ${payload.message}`)
    return payload
  }
  const endpoint = create('webhookEndpointCreate', 'WebhookEndpointCreate', 'webhookEndpoint { id }')
  const key = create('apiKeyCreate', 'ApiKeyCreate', 'secret apiKey { id }')
  const event = create('eventPublish', 'EventPublish', 'event { id }')
  const patient = { backoffSeconds: [3_600], maxAttempts: 5 }
  await endpoint({ url: `${good}/hooks/billing`, description: 'Billing', eventTypes: ['*'] })
  await endpoint({ url: `${good}/hooks/crm`, description: 'CRM', eventTypes: ['user.*', 'organization.*'] })
  const failing = await endpoint({
    ...{ url: `${bad}/hooks/search-index`, description: 'Search index', eventTypes: ['user.*'] },
    ...{ disableAfterFailures: null, retryPolicy: patient },
  })
  const once = await endpoint({
    ...{ url: `${bad}/hooks/erp`, description: 'Former ERP', eventTypes: ['organization.*'] },
    ...{ disableAfterFailures: null, retryPolicy: { maxAttempts: 1 } },
  })
  await endpoint({ url: `${good}/hooks/data-lake`, description: 'Data lake', eventTypes: ['*'], enabled: false })

  const permissions = [{ resource: 'events', actions: ['READ', 'WRITE'] }]
  const billing = await key({ name: 'Billing service', permissions, tier: 'ELEVATED' })
  await key({ name: 'Nightly export', permissions, persistedOnly: true })
  await key({ name: 'Staging', permissions, environment: 'TEST', expiresAt: '2099-01-01T00:00:00Z' })
  const [disabled, revoked] = [await key({ name: 'Partner', permissions }), await key({ name: 'Laptop', permissions })]
  const change = (field: string, id: string) => ask(`mutation ($id: ID!) { ${field}(id: $id) { __typename } }`, { id })
  await change('apiKeyDisable', disabled.apiKey.id)
  await change('apiKeyRevoke', revoked.apiKey.id)
  await create('invitationCreate', 'InvitationCreate', 'url')({ email: 'ben.okafor@acme.example', role: 'DEVELOPER' })

  const { nodes } = await ask('{ eventTypes(first: 100) { nodes { id name example } } }')
  const types = (nodes as { id: string; name: string; example: unknown }[]).filter(
    ({ name, example }) => example !== null && /^(user|organization|auth)\./.test(name),
  )
  let last = { event: { id: '' } }
  for (let n = 0; n < EVENTS; n++) {
    const { name, example } = types[n % types.length]!
    last = await event({ type: name, data: example })
  }
  for (let n = 0; n < REQUESTS_OF_KEYS; n++)
    await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${n % 4 === 0 ? NOBODY : billing.secret}`,
      },
      body: JSON.stringify({ query: 'query LatestEvents { events(first: 5) { nodes { id type } } }' }),
    })
  await options.sent()
  const { nodes: retrying } = await ask('{ deliveries(filter: { statuses: [RETRYING] }, first: 1) { nodes { id } } }')
  await create('replayCreate', 'ReplayCreate', 'replay { id }')({ endpointId: once.webhookEndpoint.id })
  await options.sent()
  return {
    overview: '/',
    deliveries: '/deliveries',
    delivery: `/deliveries/${retrying[0]?.id}`,
    endpoints: '/endpoints',
    endpoint: `/endpoints/${failing.webhookEndpoint.id}`,
    events: '/events',
    event: `/events/${last.event.id}`,
    'event-types': '/event-types',
    'event-type': `/event-types/${types.find(({ name }) => name === 'user.created')?.id}`,
    inbox: '/inbox',
    replays: '/replays',
    'dead-letters': '/dead-letters',
    keys: '/keys',
    key: `/keys/${billing.apiKey.id}`,
    usage: '/usage',
    audit: '/audit',
    members: '/members',
    settings: '/settings',
    operator: '/operator',
    account: '/account',
  }
}
