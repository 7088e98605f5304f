import { EndpointVersionConflictError } from '../src/domain/endpoints/endpoints.ts'
import { EventTypeVersionConflictError } from '../src/domain/event-types/event-types.ts'
import { ApiKeyVersionConflictError } from '../src/domain/keys/keys.ts'
import { OrganizationVersionConflictError } from '../src/domain/organizations/organizations.ts'
import { ApiKey } from './api-key.ts'
import { builder } from './builder.ts'
import { ErrorInterface } from './errors.ts'
import { EventType } from './event-type.ts'
import { Organization } from './organization.ts'
import { WebhookEndpoint } from './webhook-endpoint.ts'

// One type per object, so that clients select the current object as in the payload, without a condition on its type.

builder.objectType(ApiKeyVersionConflictError, {
  name: 'ApiKeyVersionConflictError',
  description: 'The key was changed since the expected version. Nothing was changed by this call.',
  interfaces: [ErrorInterface],
  fields: (t) => ({ apiKey: t.expose('current', { type: ApiKey, description: 'The API key as it is now.' }) }),
})

builder.objectType(EndpointVersionConflictError, {
  name: 'WebhookEndpointVersionConflictError',
  description: 'The endpoint was changed since the expected version. Nothing was changed by this call.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    webhookEndpoint: t.expose('current', { type: WebhookEndpoint, description: 'The endpoint as it is now.' }),
  }),
})

builder.objectType(EventTypeVersionConflictError, {
  name: 'EventTypeVersionConflictError',
  description: 'The event type was changed since the expected version. Nothing was changed by this call.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    eventType: t.expose('current', { type: EventType, description: 'The event type as it is now.' }),
  }),
})

builder.objectType(OrganizationVersionConflictError, {
  name: 'OrganizationVersionConflictError',
  description: 'The organization was changed since the expected version. Nothing was changed by this call.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    organization: t.expose('current', { type: Organization, description: 'The organization as it is now.' }),
  }),
})
