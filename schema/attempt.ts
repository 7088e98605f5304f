import { type AttemptRequest, showRequest } from '../src/domain/deliveries/attempt-request.ts'
import type { ErrorCode } from '../src/domain/deliveries/error-codes.ts'
import { countResponseBytes } from './answer-bytes.ts'
import { builder, Node, ownedById, requireViewer } from './builder.ts'
import { AttemptTriggerType } from './delivery.ts'
import { ErrorCodeType } from './error-code.ts'
import { HttpHeaderType, listHeaders } from './http-header.ts'
import { readNodes } from './pages.ts'

const AttemptRequestType = builder.objectRef<AttemptRequest>('AttemptRequest').implement({
  description:
    'The request of an attempt, without secrets. A connection that failed may have ended before the request was sent.',
  fields: (t) => ({
    url: t.exposeString('url', { description: 'URL of the request, without the values of its query.' }),
    headers: t.expose('headers', {
      type: [HttpHeaderType],
      description:
        'Headers of the request, besides `connection`. The values of custom headers are replaced by `[hidden]`, because they are often credentials; a signature proves one body at one time and is no secret.',
    }),
    byteCount: t.expose('byteCount', { type: 'Count', description: 'Number of bytes of the body.' }),
  }),
})

const Attempt = builder.prismaObject('Attempt', {
  description: 'One HTTP exchange of a delivery, with its result.',
  interfaces: [Node],
  findUnique: ownedById('deliveries:read'),
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the attempt, such as `att_…`.' }),
    number: t.exposeInt('number', { description: 'Ordinal of the attempt within its delivery, from 1.' }),
    trigger: t.expose('trigger', { type: AttemptTriggerType, description: 'Cause of the attempt.' }),
    request: t.field({
      type: AttemptRequestType,
      nullable: true,
      description:
        'Request of the attempt; null when none could be built, and for attempts recorded before Signalbox kept requests.',
      resolve: ({ request }, _args, context) =>
        countResponseBytes(showRequest(request), request === null ? 0 : JSON.stringify(request).length, context),
    }),
    statusCode: t.exposeInt('statusCode', {
      nullable: true,
      description: 'HTTP status of the response; null without a response.',
    }),
    responseHeaders: t.field({
      type: [HttpHeaderType],
      nullable: true,
      description: 'Headers of the response; null without a response.',
      resolve: ({ responseHeaders: headers }, _args, context) =>
        headers === null
          ? null
          : countResponseBytes(listHeaders(headers as Record<string, string>), JSON.stringify(headers).length, context),
    }),
    responseBody: t.string({
      nullable: true,
      description: 'First 10 KiB of the response body as UTF-8; null without a response.',
      resolve: ({ responseBody }, _args, context) =>
        responseBody && countResponseBytes(Buffer.from(responseBody).toString('utf8'), responseBody.length, context),
    }),
    durationMicroseconds: t.expose('durationMicroseconds', {
      type: 'Microseconds',
      description: 'Duration of the HTTP exchange.',
    }),
    errorCode: t.field({
      type: ErrorCodeType,
      nullable: true,
      description: 'Reason of the failure; null when the receiver accepted.',
      resolve: ({ errorCode }) => errorCode as ErrorCode | null,
    }),
    explanation: t.exposeString('message', {
      description: 'Result of the attempt in a sentence that a person can act on.',
    }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'Time at which the request started.' }),
    nextAttemptAt: t.expose('nextAttemptAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Time for which the next attempt was planned after this one; null when none was planned.',
    }),
  }),
})

builder.prismaObjectField('Delivery', 'attempts', (t) =>
  t.connection(
    {
      type: Attempt,
      description: 'Attempts of the delivery, oldest first.',
      // The scope of the delivery covers its attempts.
      authScopes: { can: 'deliveries:read' },
      resolve: (delivery, args, context, info) =>
        readNodes('Attempt', args, context, info, (query) =>
          context.services.deliveries.attempts(requireViewer(context), delivery.id, query),
        ),
    },
    { name: 'AttemptConnection', description: 'A page of attempts.' },
    { name: 'AttemptEdge', description: 'An attempt with its cursor.' },
  ),
)
