import { EXAMINED_AT_MOST, type OperatorDelivery } from '../src/domain/operator/deliveries.ts'
import { builder } from './builder.ts'
import { DeliveryStatusType } from './delivery.ts'
import { ErrorCodeType } from './error-code.ts'
import { Organization } from './organization.ts'
import { readById } from './pages.ts'

const OperatorDeliveryType = builder.objectRef<OperatorDelivery>('OperatorDelivery').implement({
  description: 'A delivery of any organization, without the content of its event and of the responses.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Id of the delivery, such as `dlv_…`.' }),
    organization: t.field({
      type: Organization,
      description: 'Organization that owns the delivery. Needs `platform: read`.',
      authScopes: { can: 'platform:read' },
      resolve: ({ organization }) => organization,
    }),
    status: t.expose('status', { type: DeliveryStatusType, description: 'State of the delivery.' }),
    attemptCount: t.expose('attemptCount', {
      type: 'Count',
      description: 'Number of recorded attempts, of every trigger.',
    }),
    errorCode: t.field({
      type: ErrorCodeType,
      nullable: true,
      description: 'Error code of the last attempt; null when the receiver accepted it, and before the first.',
      resolve: ({ lastErrorCode }) => lastErrorCode as typeof ErrorCodeType.$inferType | null,
    }),
    explanation: t.exposeString('statusReason', {
      nullable: true,
      description: 'Last result and next step of the delivery in a sentence; null before the first attempt.',
    }),
    eventId: t.exposeID('eventId', { description: 'Id of the delivered event.' }),
    eventType: t.exposeString('eventType', { description: 'Name of the type of the delivered event.' }),
    endpointId: t.exposeID('endpointId', { description: 'Id of the endpoint of the delivery.' }),
    nextAttemptAt: t.expose('nextAttemptAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Time at which the delivery is due next; null while no attempt is planned.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Time of creation.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'Time of the last change.' }),
  }),
})

const OperatorDeliveryFilter = builder.inputType('OperatorDeliveryFilter', {
  description:
    'Filter of the deliveries of all organizations. Every given condition must hold; an empty list is no condition.',
  fields: (t) => ({
    organizationId: t.id({
      description: 'Deliveries of the organization with this id or external id. Default: every organization.',
    }),
    endpointId: t.id({
      description:
        'Deliveries to the endpoint with this id, or with this external id in the organization of the request. Default: every endpoint.',
    }),
    statuses: t.field({
      type: [DeliveryStatusType],
      description: 'Deliveries in one of these states. Default: every state.',
    }),
    from: t.field({
      type: 'DateTime',
      description: 'Deliveries created at or after this time. Default: no lower bound.',
    }),
    to: t.field({ type: 'DateTime', description: 'Deliveries created before this time. Default: no upper bound.' }),
  }),
})

builder.queryField('operatorDeliveries', (t) =>
  t.connection(
    {
      type: OperatorDeliveryType,
      description: `Deliveries of every organization, newest first. Without an organization or endpoint, a page examines the newest ${EXAMINED_AT_MOST.toLocaleString('en')} deliveries of its range and then ends; of DEAD, EXPIRED and CANCELED it finds every delivery. For the operator: needs \`platform: read\`.`,
      authScopes: { can: 'platform:read' },
      args: {
        filter: t.arg({ type: OperatorDeliveryFilter, description: 'Filter of deliveries. Default: every delivery.' }),
      },
      resolve: (_root, { filter, ...args }, context) =>
        readById(
          args,
          context,
          ({ id }: OperatorDelivery) => id,
          (query) => context.services.operator.deliveries.list(filter ?? {}, query),
        ),
    },
    { name: 'OperatorDeliveryConnection', description: 'A page of deliveries of all organizations.' },
    { name: 'OperatorDeliveryEdge', description: 'A delivery of any organization with its cursor.' },
  ),
)
