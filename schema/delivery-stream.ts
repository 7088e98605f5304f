import type { Acknowledgement } from '../src/domain/streams/acknowledge.ts'
import { LISTENER_FAILURES, type ListenerErrorCode, RESULTS_AT_ONCE } from '../src/domain/streams/acknowledge-input.ts'
import { NotFoundError, ValidationError } from '../src/lib/errors.ts'
import { CAPACITY, CLAIM_AT_ONCE } from '../src/live/delivery-streams.ts'
import type { StreamMessage } from '../src/live/stream-steps.ts'
import { countResponseBytes } from './answer-bytes.ts'
import { builder, requireViewer } from './builder.ts'
import { Delivery } from './delivery.ts'
import { deliveryFromStream } from './delivery-from-log.ts'
import { HttpHeaderInput, HttpHeaderType, listHeaders } from './http-header.ts'
import { createPayload } from './payload.ts'

const LeasedDelivery = builder.objectRef<StreamMessage>('LeasedDelivery').implement({
  description:
    'A leased delivery with its signed request. The receiver may see it again when the lease ends without a result.',
  fields: (t) => ({
    delivery: t.field({
      type: Delivery,
      description: 'The delivery, in the state SENDING.',
      resolve: ({ delivery }) => deliveryFromStream(delivery),
    }),
    version: t.int({
      description: 'Version of the lease, which the acknowledgement names.',
      resolve: ({ delivery }) => delivery.version,
    }),
    leaseUntil: t.field({
      type: 'DateTime',
      description:
        'Time until which the lease holds. A subscription renews its leases; those of `deliveryStreamClaim` end then.',
      resolve: ({ delivery }) => delivery.lease_until,
    }),
    headers: t.field({
      type: [HttpHeaderType],
      description: 'Headers of the request, with the custom ones and the signature of this moment.',
      resolve: ({ headers }) => listHeaders(headers),
    }),
    bodyBase64: t.string({
      description: 'Body of the request in base64: the exact bytes that are signed, the same in every attempt.',
      resolve: ({ delivery }, _args, context) =>
        countResponseBytes(Buffer.from(delivery.body).toString('base64'), delivery.body.length, context),
    }),
  }),
})

builder.subscriptionField('deliveryStream', (t) =>
  t.field({
    type: LeasedDelivery,
    description:
      'Leases the due deliveries of a STREAM endpoint to this listener. Each delivery goes to one listener, in the order of due times, and counts against the capacity until its result is acknowledged. The end of the subscription gives unacknowledged deliveries back at once; without a listener, deliveries are HELD. Needs `webhooks: write`, because a listener reads events as the receiver of an endpoint does.',
    authScopes: { can: 'webhooks:write' },
    args: {
      endpointId: t.arg.id({ required: true, description: 'Id or external id of the STREAM endpoint.' }),
      capacity: t.arg.int({
        description: `Maximum deliveries that are leased and not acknowledged, 1 to ${CAPACITY.toLocaleString('en')}. Default 16.`,
      }),
    },
    subscribe: (_root, { endpointId, capacity }, context) =>
      context.services.deliveryStreams.subscribe(
        requireViewer(context),
        { endpointId, capacity: capacity ?? null },
        context.signal(),
      ),
    resolve(message, _args, { answered }) {
      answered.bytes = 0
      // The last message of a stream that ended: its reason.
      if (message instanceof Error) throw message
      return message
    },
  }),
)

const DeliveryStreamClaimInput = builder.inputType('DeliveryStreamClaimInput', {
  description: 'A claim of due deliveries.',
  fields: (t) => ({
    endpointId: t.id({ required: true, description: 'Id or external id of the STREAM endpoint.' }),
    max: t.int({ description: `Maximum deliveries, 1 to ${CLAIM_AT_ONCE}. Default 10.` }),
    waitSeconds: t.int({
      description: 'Maximum seconds to wait until a delivery is due, 0 to 30. Default 0: answers at once.',
    }),
  }),
})

const DeliveryStreamErrorCode = builder.enumType('DeliveryStreamErrorCode', {
  description: 'Reason why the target of a listener gave no complete response. Each is an `ErrorCode` of the attempt.',
  values: Object.fromEntries(
    Object.entries(LISTENER_FAILURES).map(([code, description]) => [code, { description }]),
  ) as Record<ListenerErrorCode, { description: string }>,
})

const DeliveryStreamResultInput = builder.inputType('DeliveryStreamResultInput', {
  description: 'The result of one leased delivery: a response of the target, or the reason why there was none.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'Id of the delivery.' }),
    version: t.int({ required: true, description: 'Version of the lease, from the message of the delivery.' }),
    statusCode: t.int({
      description:
        'Status code of the response, 200 to 599; 200 to 299 accepts the delivery. Required without `errorCode`.',
    }),
    headers: t.field({
      type: [HttpHeaderInput],
      description: 'Headers of the response, at most 100 with 16,384 characters in total. `retry-after` is respected.',
    }),
    body: t.string({
      description: 'Body of the response, at most 65,536 characters, of which the first 10 KiB are kept.',
    }),
    durationMs: t.int({
      required: true,
      description: 'Duration of the exchange in milliseconds, 0 to 1,800,000 (30 minutes).',
    }),
    errorCode: t.field({
      type: DeliveryStreamErrorCode,
      description: 'Reason why there was no complete response; the attempt has failed then. Default null.',
    }),
  }),
})

const DeliveryStreamAcknowledgeInput = builder.inputType('DeliveryStreamAcknowledgeInput', {
  description: 'Results of leased deliveries.',
  fields: (t) => ({
    results: t.field({
      type: [DeliveryStreamResultInput],
      required: true,
      description: `Results, 1 to ${RESULTS_AT_ONCE}, each delivery once.`,
    }),
  }),
})

const AcknowledgementStatus = builder.enumType('DeliveryStreamAcknowledgementStatus', {
  description: 'Fate of an acknowledged result.',
  values: {
    RECORDED: { description: 'The result is recorded as an attempt of the delivery.' },
    STALE: {
      description:
        'The lease was lost, or the id is unknown: the result changed nothing, and the delivery is sent again unless it has ended.',
    },
  } as const,
})

const DeliveryStreamAcknowledgement = builder.objectRef<Acknowledgement>('DeliveryStreamAcknowledgement').implement({
  description: 'Fate of one acknowledged result.',
  fields: (t) => ({
    deliveryId: t.exposeID('deliveryId', { description: 'Id of the delivery, as it was given.' }),
    version: t.exposeInt('version', { description: 'Version of the lease, as it was given.' }),
    status: t.expose('status', { type: AcknowledgementStatus, description: 'Fate of the result.' }),
  }),
})

const ClaimPayload = createPayload<{ claimed: StreamMessage[] }>(
  'DeliveryStreamClaimPayload',
  'The claimed deliveries.',
  (t) => ({
    claimed: t.expose('claimed', {
      type: [LeasedDelivery],
      description: 'Leased deliveries in the order of their due times; empty when none was due in time.',
    }),
  }),
)

const AcknowledgePayload = createPayload<{ acknowledgements: Acknowledgement[] }>(
  'DeliveryStreamAcknowledgePayload',
  'The fate of each result.',
  (t) => ({
    acknowledgements: t.expose('acknowledgements', {
      type: [DeliveryStreamAcknowledgement],
      description: 'The fate of each result, in the order of the input.',
    }),
  }),
)

builder.mutationFields((t) => ({
  deliveryStreamClaim: t.field({
    type: ClaimPayload,
    description:
      'Leases due deliveries of a STREAM endpoint for 60 seconds, for listeners that cannot hold a subscription open. A client that polls counts as a listener until 60 seconds after its last claim. Needs `webhooks: write`.',
    authScopes: { can: 'webhooks:write' },
    errors: { types: [ValidationError, NotFoundError] },
    args: { input: t.arg({ type: DeliveryStreamClaimInput, required: true, description: 'Claim to make.' }) },
    resolve: async (_root, { input }, context) => ({
      claimed: await context.services.deliveryStreams.claim(requireViewer(context), input, context.signal()),
    }),
  }),
  deliveryStreamAcknowledge: t.field({
    type: AcknowledgePayload,
    description:
      'Records the results of leased deliveries on any node, by the retry policy of their endpoint. Results whose lease was lost change nothing. Needs `deliveries: write`.',
    authScopes: { can: 'deliveries:write' },
    errors: { types: [ValidationError] },
    args: {
      input: t.arg({ type: DeliveryStreamAcknowledgeInput, required: true, description: 'Results to record.' }),
    },
    resolve: async (_root, { input }, context) => ({
      acknowledgements: await context.services.acknowledge.acknowledge(requireViewer(context), input),
    }),
  }),
}))
