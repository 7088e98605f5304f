// A bare GraphQL Yoga server: the same mutation, input and answer, and nothing done.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createSchema, createYoga } from 'graphql-yoga'

const schema = createSchema({
  typeDefs: `
    scalar JSON
    interface Error { code: String! message: String! }
    type Refused implements Error { code: String! message: String! }
    type Event { id: ID! }
    type EventPublishPayload { event: Event! }
    union EventPublishResult = EventPublishPayload | Refused
    input EventPublishInput { type: String! data: JSON! previous: JSON metadata: JSON idempotencyKey: String }
    type Query { ready: Boolean }
    type Mutation { eventPublish(input: EventPublishInput!): EventPublishResult! }`,
  resolvers: {
    EventPublishResult: { __resolveType: () => 'EventPublishPayload' },
    Mutation: { eventPublish: () => ({ event: { id: 'evt_01jd0000000000000000000000' } }) },
  },
})

const server = createServer(createYoga({ schema, logging: false }))
server.listen(0, '127.0.0.1', () =>
  console.log(`listens at http://127.0.0.1:${(server.address() as AddressInfo).port}`),
)
