import { builder, checkPage, owned, spendBytes, viewerOf } from './builder.ts'
import { AttemptTriggerType } from './delivery.ts'

const Attempt = builder.prismaNode('Attempt', {
  description: 'One request that was made for a delivery, and what came of it.',
  id: { field: 'id', description: 'Such as `att_…`.' },
  findUnique: owned('deliveries:read'),
  nullable: true,
  fields: (t) => ({
    number: t.exposeInt('number', { description: 'Counts the attempts of its delivery from 1.' }),
    trigger: t.expose('trigger', { type: AttemptTriggerType, description: 'What it was made for.' }),
    statusCode: t.exposeInt('statusCode', {
      nullable: true,
      description: 'Of the response; null when there was none.',
    }),
    responseHeaders: t.field({
      type: 'JSON',
      nullable: true,
      description: 'Of the response; null when there was none.',
      resolve: ({ responseHeaders: headers }, _args, context) =>
        spendBytes(headers, JSON.stringify(headers).length, context),
    }),
    responseBody: t.string({
      nullable: true,
      description: 'The first 10 KiB of the response as UTF-8; null when there was none.',
      resolve: ({ responseBody }, _args, context) =>
        responseBody && spendBytes(Buffer.from(responseBody).toString('utf8'), responseBody.length, context),
    }),
    durationMicroseconds: t.exposeInt('durationMicroseconds', {
      description: 'How long the exchange took, in microseconds.',
    }),
    errorCode: t.exposeString('errorCode', {
      nullable: true,
      description: 'Why it failed, stable: see the delivery contract. Null when the receiver accepted.',
    }),
    explanation: t.exposeString('explanation', {
      description: 'What happened, in a sentence that a person can act on.',
    }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When the request began.' }),
    nextAttemptAt: t.expose('nextAttemptAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the next was planned after this one; null when it was the last.',
    }),
  }),
})

builder.prismaObjectField('Delivery', 'attempts', (t) =>
  t.prismaConnection(
    {
      type: Attempt,
      cursor: 'id',
      description: 'What was tried, the first attempt first.',
      // As the delivery that they belong to.
      authScopes: { can: 'deliveries:read' },
      resolve(query, delivery, args, context) {
        checkPage(args)
        return context.domain.deliveries.attempts(viewerOf(context), delivery.id, query)
      },
    },
    { name: 'AttemptConnection', description: 'A page of attempts.' },
    { name: 'AttemptEdge', description: 'An attempt and its cursor.' },
  ),
)
