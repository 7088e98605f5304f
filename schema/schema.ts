import type { GraphQLSchema } from 'graphql'
import './api-key.ts'
import './attempt.ts'
import './audit-entry.ts'
import { builder } from './builder.ts'
import './deliveries-replay.ts'
import './delivery-updates.ts'
import './delivery.ts'
import './errors.ts'
import './event-type.ts'
import './event.ts'
import { answerFromMessage } from './live-row.ts'
import './organization.ts'
import './viewer.ts'
import './webhook-endpoint-mutations.ts'
import './webhook-endpoint.ts'

/** What clients see. Each file imported above adds its own part to the builder. */
export const schema: GraphQLSchema = answerFromMessage(builder.toSchema())
