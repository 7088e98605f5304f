import type { Permissions } from '../../src/domain/people/permissions.ts'
import { noteSaid, noteSecret } from './secret-leak-check.ts'

export interface GraphQLAnswer {
  // biome-ignore lint/suspicious/noExplicitAny: a test knows the shape of its own selection
  data: any
  errors?: { message: string; path?: string[]; extensions: { code?: string } & Record<string, unknown> }[]
}

/** Permissions as the API takes and returns them. */
export const permissionList = (permissions: Permissions) =>
  Object.entries(permissions).map(([resource, actions]) => ({
    resource,
    actions: actions.map((action) => action.toUpperCase()),
  }))

/** Clients of the public GraphQL API. */
export function createApi(url: string) {
  return { as: (key: string | undefined) => createClient(url, key, {}) }
}

/** Collects every field named `secret` of a response. */
function noteSecrets(data: unknown): void {
  if (typeof data !== 'object' || data === null) return
  for (const [name, value] of Object.entries(data))
    if (name === 'secret' && typeof value === 'string') noteSecret(value)
    else noteSecrets(value)
}

export type Client = ReturnType<typeof createClient>

function createClient(url: string, key: string | undefined, headers: Record<string, string>) {
  async function request(query: string, variables: Record<string, unknown> = {}): Promise<GraphQLAnswer> {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
        ...headers,
      },
      body: JSON.stringify({ query, variables }),
    })
    // The cost differs between requests, so tests of costs use the whole response.
    const { extensions: _, ...answer } = await response.json()
    noteSecrets(answer.data)
    if (answer.errors !== undefined) noteSaid(JSON.stringify(answer.errors))
    return answer
  }

  /** The single root field of the response. @throws when the response has errors of any kind */
  async function ask(query: string, variables: Record<string, unknown> = {}) {
    const { data, errors } = await request(query, variables)
    if (errors !== undefined) throw new Error(`GraphQL errors: ${JSON.stringify(errors)}`)
    const [result] = Object.values<GraphQLAnswer['data']>(data)
    if (result?.code !== undefined && result.message !== undefined) throw new Error(`${result.code}: ${result.message}`)
    return result
  }

  return {
    key: key ?? '',
    headers,
    request,
    ask,
    /** The same key acting in another organization. */
    in: (organizationId: string) => createClient(url, key, { ...headers, 'signalbox-organization': organizationId }),

    async createOrganization(name: string): Promise<string> {
      const { organization } = await ask(
        `mutation ($name: String!) { organizationCreate(input: { name: $name }) {
          ... on OrganizationCreatePayload { organization { id } } ... on Error { code message } } }`,
        { name },
      )
      return organization.id
    },

    async createKey(permissions: Permissions, more: Record<string, unknown> = {}) {
      return ask(
        `mutation ($input: ApiKeyCreateInput!) { apiKeyCreate(input: $input) {
          ... on ApiKeyCreatePayload { secret apiKey { id displayPrefix permissions { resource actions } } }
          ... on Error { code message } } }`,
        { input: { name: 'Test', permissions: permissionList(permissions), ...more } },
      ) as Promise<{
        secret: string
        apiKey: { id: string; displayPrefix: string; permissions: ReturnType<typeof permissionList> }
      }>
    },

    /** Declares a resource of the operator's own API. */
    async declareResource(name: string): Promise<void> {
      await ask(
        `mutation ($input: PermissionResourceCreateInput!) { permissionResourceCreate(input: $input) {
          ... on PermissionResourceCreatePayload { permissionResource { name } } ... on Error { code message } } }`,
        { input: { name } },
      )
    },

    async createType(name: string, more: Record<string, unknown> = {}): Promise<string> {
      const { eventType } = await ask(
        `mutation ($input: EventTypeCreateInput!) { eventTypeCreate(input: $input) {
          ... on EventTypeCreatePayload { eventType { id } } ... on Error { code message } } }`,
        { input: { name, ...more } },
      )
      return eventType.id
    },

    async createEndpoint(url: string, more: Record<string, unknown> = {}) {
      return ask(
        `mutation ($input: WebhookEndpointCreateInput!) { webhookEndpointCreate(input: $input) {
          ... on WebhookEndpointCreatePayload { secret webhookEndpoint { id publicKeys } }
          ... on Error { code message } } }`,
        { input: { url, eventTypes: ['*'], ...more } },
      ) as Promise<{ secret: string | null; webhookEndpoint: { id: string; publicKeys: string[] } }>
    },

    async publish(type: string, data: unknown = {}, more: Record<string, unknown> = {}): Promise<string> {
      const { event } = await ask(
        `mutation ($input: EventPublishInput!) { eventPublish(input: $input) {
          ... on EventPublishPayload { event { id } } ... on Error { code message } } }`,
        { input: { type, data, ...more } },
      )
      return event.id
    },

    /** @returns their ids */
    async publishMany(events: readonly unknown[]): Promise<string[]> {
      const answer = await ask(
        `mutation ($input: EventPublishManyInput!) { eventPublishMany(input: $input) {
          ... on EventPublishManyPayload { events { id } } ... on Error { code message } } }`,
        { input: { events } },
      )
      return answer.events.map(({ id }: { id: string }) => id)
    },

    /** All deliveries with their attempts, oldest first. */
    async deliveries(): Promise<DeliveryAnswer[]> {
      const { nodes } = await ask(`{ deliveries(last: 100) { nodes {
        id status trigger attemptCount version explanation nextAttemptAt eventId endpointId
        attempts { nodes { number trigger statusCode responseHeaders { name value } responseBody errorCode explanation nextAttemptAt } }
      } } }`)
      return nodes
        .map((node: DeliveryAnswer & { attempts: { nodes: AttemptAnswer[] } }) => ({
          ...node,
          attempts: node.attempts.nodes,
        }))
        .reverse()
    },
  }
}

export interface DeliveryAnswer {
  id: string
  status: string
  trigger: string
  attemptCount: number
  version: number
  explanation: string
  nextAttemptAt: string | null
  eventId: string
  endpointId: string
  attempts: AttemptAnswer[]
}

export interface AttemptAnswer {
  number: number
  trigger: string
  statusCode: number | null
  responseHeaders: { name: string; value: string }[] | null
  responseBody: string | null
  errorCode: string | null
  explanation: string
  nextAttemptAt: string | null
}
