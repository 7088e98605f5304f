// A bare GraphQL Yoga server: the same fields, inputs and answers, and nothing done.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createSchema, createYoga } from 'graphql-yoga'

const window = (name: string) => ({ name, limit: 1_000_000, remaining: 999_999, resetAt: '2026-03-01T12:00:00.000Z' })
const VERIFIED = {
  code: 'VALID',
  apiKey: {
    id: 'key_01jd0000000000000000000000',
    organizationId: 'org_01jd0000000000000000000000',
    permissions: [{ resource: 'events', actions: ['READ'] }],
  },
  limits: { windows: ['minute', 'hour', 'day', 'cost'].map(window) },
}

const schema = createSchema({
  typeDefs: `
    scalar JSON
    interface Error { code: String! message: String! }
    type Refused implements Error { code: String! message: String! }
    type Event { id: ID! }
    type EventPublishPayload { event: Event! }
    union EventPublishResult = EventPublishPayload | Refused
    input EventPublishInput { type: String! data: JSON! previous: JSON metadata: JSON idempotencyKey: String }
    type Permission { resource: String! actions: [PermissionAction!]! }
    type ApiKey { id: ID! organizationId: String! permissions: [Permission!]! }
    type LimitWindow { name: String! limit: Int! remaining: Int! resetAt: String! }
    type Limits { windows: [LimitWindow!]! }
    type ApiKeyVerifyPayload { code: String! apiKey: ApiKey limits: Limits }
    union ApiKeyVerifyResult = ApiKeyVerifyPayload | Refused
    enum PermissionAction { READ WRITE DELETE }
    input PermissionInput { resource: String! actions: [PermissionAction!]! }
    input ApiKeyVerifyInput { key: String! permissions: [PermissionInput!] ip: String cost: Int operation: String }
    type Query { apiKeyVerify(input: ApiKeyVerifyInput!): ApiKeyVerifyResult! }
    type Mutation { eventPublish(input: EventPublishInput!): EventPublishResult! }`,
  resolvers: {
    ApiKeyVerifyResult: { __resolveType: () => 'ApiKeyVerifyPayload' },
    Query: { apiKeyVerify: () => VERIFIED },
    EventPublishResult: { __resolveType: () => 'EventPublishPayload' },
    Mutation: { eventPublish: () => ({ event: { id: 'evt_01jd0000000000000000000000' } }) },
  },
})

const server = createServer(createYoga({ schema, logging: false }))
server.listen(0, '127.0.0.1', () =>
  console.log(`listens at http://127.0.0.1:${(server.address() as AddressInfo).port}`),
)
