import { GraphQLError } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { ServerContext } from './request-context.ts'

/** Maximum characters of the body or message of a subscription, which the process keeps as long as the subscription lasts. */
export const SUBSCRIPTION_CHARACTERS = 32 * 1024

/** Refuses large subscriptions, over every transport. Comes before `keepJsonText`, which drops the text. */
export const boundSubscriptions: Plugin<ServerContext> = {
  onSubscribe({ args, setResultAndStopExecution }) {
    const { source } = (args.contextValue as ServerContext).requestContext
    if (source === undefined || source.text.length <= SUBSCRIPTION_CHARACTERS) return
    const message = `A subscription has at most ${SUBSCRIPTION_CHARACTERS} characters, its variables and its id included. Send a shorter one.`
    const extensions = { code: 'QUERY_TOO_LARGE' }
    setResultAndStopExecution({ errors: [new GraphQLError(message, { extensions })] })
  },
}
