import pg from 'pg'
import { type Answer, type Done, exchange, type Prepared } from './exchange.ts'

/**
 * A client of pg that sends statements with a name our way (exchange.ts), and everything else as it does.
 *
 * Of statements with a name, how long an answer may take is not left to pg's `query_timeout`, as it is of all else. pg then
 * assigns a function to a property of each query, which V8 takes for a method and allocates as old: all that the function
 * refers to, the rows of the answer included, lives until all garbage is collected, and small collections copy it.
 */
export class PreparingClient extends pg.Client {
  /** Milliseconds that an answer may take; 0: as long as it likes. */
  answerMs = 0

  // What is answered to which arguments, the types of pg say.
  override query(...args: unknown[]): never {
    const [config, values, callback] = args
    if (isPrepared(config) && values === undefined) {
      if (callback === undefined) return pipeline(this, config) as never
      return this.query(exchange([config], this.answerMs, callback as Done))
    }
    return Reflect.apply(super.query, this, [this.bounded(config), ...args.slice(1)]) as never
  }

  /** What pg is asked for in its own way, with the time that it may take. */
  private bounded(config: unknown): unknown {
    if (typeof config === 'string') return { text: config, query_timeout: this.answerMs }
    const isOurs = typeof config === 'object' && config !== null && !('submit' in config)
    return isOurs ? { query_timeout: this.answerMs, ...config } : config
  }
}

/** Whether it asks for nothing else that pg can do, such as rows as arrays. */
function isPrepared(config: unknown): config is Prepared {
  if (typeof config !== 'object' || config === null) return false
  const { name, text, values, ...more } = config as Record<string, unknown>
  const isComplete = typeof name === 'string' && name !== '' && typeof text === 'string'
  return isComplete && (values === undefined || Array.isArray(values)) && Object.keys(more).length === 0
}

/**
 * Runs statements as one transaction in one round trip. Each sees what was committed before it began, as between BEGIN and
 * COMMIT, which would be two statements more, with an answer each.
 *
 * Until all of them have arrived PostgreSQL takes the transaction for busy and not for idle: locks that others wait for need a
 * bound of their own (`transaction_timeout`), for a network that is cut in between.
 *
 * @returns what the last of them answers
 * @throws what one of them was refused for, in which case nothing of them holds; after any other error the connection is not to be
 *   used again
 */
export function pipeline<Row extends pg.QueryResultRow>(
  client: pg.ClientBase,
  ...statements: readonly Prepared[]
): Promise<Answer<Row>> {
  return ask(client, statements, () => {})
}

/**
 * As `pipeline`, and sent at once, behind what is under way on the connection. For connections on which all is asked this way: it
 * would overtake what pg has not sent yet.
 */
export function pipelineBehind<Row extends pg.QueryResultRow>(
  client: pg.Client,
  ...statements: readonly Prepared[]
): Promise<Answer<Row>> {
  return ask(client, statements, (asked) => asked.send(client.connection))
}

async function ask<Row extends pg.QueryResultRow>(
  client: pg.ClientBase,
  statements: readonly Prepared[],
  then: (asked: ReturnType<typeof exchange>) => void,
): Promise<Answer<Row>> {
  const answerMs = client instanceof PreparingClient ? client.answerMs : 0
  try {
    return await new Promise((resolve, reject) => {
      const done: Done = (error, answer) => (error ? reject(error) : resolve(answer as Answer<Row>))
      const asked = exchange(statements, answerMs, done)
      client.query(asked)
      then(asked)
    })
  } catch (error) {
    // The stack of who asked, as pg does it, instead of that of who reads the socket.
    Error.captureStackTrace(error as Error)
    throw error
  }
}
