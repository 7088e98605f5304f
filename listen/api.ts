/** A message of `deliveryStream`. */
export interface LeasedDelivery {
  delivery: { id: string; eventId: string; attemptCount: number }
  version: number
  headers: { name: string; value: string }[]
  bodyBase64: string
}

/** Answer of a target, or the reason why there was none. */
export interface Result {
  durationMs: number
  statusCode?: number
  headers?: { name: string; value: string }[]
  body?: string
  errorCode?: string
}

export type AcknowledgeInput = Result & { id: string; version: number }

export interface Acknowledgement {
  deliveryId: string
  status: 'RECORDED' | 'STALE'
}

/** The endpoint of a listener. */
export interface ListenEndpoint {
  id: string
  secret: string
  types: string[]
  /** Address of its organization in the dashboard. */
  page: string
}

/** A refusal by Signalbox, or a server that does not answer, with a sentence for the user. */
export class ApiError extends Error {
  readonly code: string
  constructor(message: string, code: string) {
    super(message)
    this.code = code
  }
}

/** Timeout of a request to Signalbox. */
const TIMEOUT_MS = 10_000

const VIEWER_AND_MIRROR = `query ($id: ID!, $mirrors: Boolean!) { viewer { organization { id } }
  node(id: $id) @include(if: $mirrors) { ... on WebhookEndpoint { eventTypes channels predicate } } }`
const CREATE = `mutation ($input: WebhookEndpointCreateInput!) { result: webhookEndpointCreate(input: $input) {
  ... on WebhookEndpointCreatePayload { secret webhookEndpoint { id } } ... on Error { code message } } }`
const DELETE = `mutation ($id: ID!) { result: webhookEndpointDelete(id: $id) { ... on Error { code message } } }`
const REPLAY = `mutation ($input: ReplayCreateInput!) { result: replayCreate(input: $input) {
  ... on ReplayCreatePayload { replay { count status } } ... on Error { code message } } }`
const RETRY = `mutation ($id: ID!) { result: deliveryRetry(id: $id) { ... on Error { code message } } }`
const ACKNOWLEDGE = `mutation ($results: [DeliveryStreamResultInput!]!) {
  result: deliveryStreamAcknowledge(input: { results: $results }) {
    ... on DeliveryStreamAcknowledgePayload { acknowledgements { deliveryId status } } ... on Error { code message } } }`

export type Api = ReturnType<typeof createApi>

/** The mutations of a listener over HTTP. Each throws ApiError. */
export function createApi(url: string, apiKey: string) {
  // biome-ignore lint/suspicious/noExplicitAny: the document says which fields a result has
  async function ask(query: string, variables: object): Promise<any> {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', authorization: `Bearer ${apiKey}` },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch(({ message, cause }) => {
      throw new ApiError(`Signalbox does not answer at ${url}: ${cause?.code ?? message}.`, 'UNREACHABLE')
    })
    const answer = await response.json().catch(() => {
      throw new ApiError(`${url} answered with ${response.status} and no JSON: is it Signalbox?`, 'UNREACHABLE')
    })
    const [error] = answer.errors ?? []
    if (error !== undefined) throw new ApiError(error.message, error.extensions?.code ?? 'UNKNOWN')
    return answer.data
  }

  /** The field `result` of a mutation. */
  // biome-ignore lint/suspicious/noExplicitAny: the document says which fields a result has
  async function change(mutation: string, variables: object): Promise<any> {
    const { result } = await ask(mutation, variables)
    if (result.message !== undefined) throw new ApiError(result.message, result.code)
    return result
  }

  return {
    /**
     * Creates the endpoint of this listener. Failures of a target that is being written never disable it.
     *
     * @param options.mirror takes the filter of this endpoint over; undefined takes `types`
     */
    async createEndpoint(options: { types: string[]; mirror: string | undefined }): Promise<ListenEndpoint> {
      const { types, mirror } = options
      const { viewer, node } = await ask(VIEWER_AND_MIRROR, { id: mirror ?? '', mirrors: mirror !== undefined })
      if (mirror !== undefined && node?.eventTypes === undefined)
        throw new ApiError(`There is no endpoint ${mirror} to mirror.`, 'NOT_FOUND')
      const input = {
        ...{ kind: 'STREAM', ephemeral: true, disableAfterFailures: null, description: 'signalbox listen' },
        ...(node ?? { eventTypes: types }),
      }
      const { secret, webhookEndpoint } = await change(CREATE, { input })
      const page = `${url}/dashboard/${viewer.organization.id}`
      return { id: webhookEndpoint.id, secret, types: input.eventTypes, page }
    },

    async deleteEndpoint(id: string): Promise<void> {
      await change(DELETE, { id })
    },

    /** Replays the stored events from a time on to the endpoint. @returns deliveries made due so far */
    async replay(endpointId: string, from: Date): Promise<number> {
      const { replay } = await change(REPLAY, { input: { endpointId, from: from.toISOString() } })
      return replay.count
    },

    async retry(deliveryId: string): Promise<void> {
      await change(RETRY, { id: deliveryId })
    },

    async acknowledge(results: AcknowledgeInput[]): Promise<Acknowledgement[]> {
      const { acknowledgements } = await change(ACKNOWLEDGE, { results })
      return acknowledgements
    },
  }
}
