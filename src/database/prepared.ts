import pg from 'pg'
import { type Answer, type Done, exchange, type Prepared } from './exchange.ts'

/**
 * A client of pg that sends named statements through exchange.ts.
 *
 * pg's own `query_timeout` keeps the answer of a query alive until a full garbage collection, so the timeout of named
 * statements lives in exchange.ts.
 */
export class PreparingClient extends pg.Client {
  /** Milliseconds that an answer may take; 0 for any time. */
  answerMs = 0
  /** False behind a pooler. */
  readonly prepares: boolean

  constructor(config?: string | (pg.ClientConfig & { usesPooler?: boolean })) {
    super(config)
    this.prepares = typeof config !== 'object' || config.usesPooler !== true
  }

  // The types of pg know the result of each form of arguments.
  override query(...args: unknown[]): never {
    const [config, values, callback] = args
    if (isPrepared(config) && values === undefined) {
      if (callback === undefined) return pipeline(this, config) as never
      return this.query(exchange([config], this.answerMs, this.prepares, callback as Done))
    }
    return Reflect.apply(super.query, this, [this.bounded(config), ...args.slice(1)]) as never
  }

  /** Adds the timeout to a query that pg sends. */
  private bounded(config: unknown): unknown {
    if (typeof config === 'string') return { text: config, query_timeout: this.answerMs }
    const isOurs = typeof config === 'object' && config !== null && !('submit' in config)
    return isOurs ? { query_timeout: this.answerMs, ...config } : config
  }
}

/** True for a plain named statement without further options of pg. */
function isPrepared(config: unknown): config is Prepared {
  if (typeof config !== 'object' || config === null) return false
  const { name, text, values, ...more } = config as Record<string, unknown>
  const isComplete = typeof name === 'string' && name !== '' && typeof text === 'string'
  return isComplete && (values === undefined || Array.isArray(values)) && Object.keys(more).length === 0
}

/**
 * Runs statements as one transaction in one round trip, each with a snapshot of its own as between BEGIN and COMMIT.
 *
 * PostgreSQL counts the transaction as busy, not idle, until every statement has arrived, so locks need a bound of
 * their own (`transaction_timeout`) for a network that fails in between.
 *
 * @returns the rows of the last statement
 * @throws the refusal of a statement, which undoes all of them; after any other error the connection must not be used
 *   again
 */
export function pipeline<Row extends pg.QueryResultRow>(
  client: pg.ClientBase,
  ...statements: readonly Prepared[]
): Promise<Answer<Row>> {
  return ask(client, statements, () => {})
}

/**
 * Like `pipeline`, and sent behind the queries in flight. Only for connections without other queries: it would overtake
 * queries that pg has not sent yet.
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
  const { answerMs, prepares } = client instanceof PreparingClient ? client : { answerMs: 0, prepares: true }
  try {
    return await new Promise((resolve, reject) => {
      const done: Done = (error, answer) => (error ? reject(error) : resolve(answer as Answer<Row>))
      const asked = exchange(statements, answerMs, prepares, done)
      client.query(asked)
      then(asked)
    })
  } catch (error) {
    // The stack of the caller, as pg does, instead of that of the socket.
    Error.captureStackTrace(error as Error)
    throw error
  }
}
