import pg from 'pg'

/** A statement that each connection prepares once, by its name. */
export interface Prepared {
  name: string
  text: string
  values?: unknown[]
}

type Done = (error: Error | undefined, result?: { rows: pg.QueryResultRow[]; rowCount: number }) => void
type Texts = (string | null)[]

/** What a connection has prepared, by name: how a row of its answer is read. */
type Known = Map<string, { text: string; toRow: (values: Texts) => pg.QueryResultRow }>

const ofConnections = new WeakMap<pg.Connection, Known>()

// Not in the types of pg.
const { prepareValue } = (pg as unknown as { utils: { prepareValue: (value: unknown) => string | null } }).utils

/**
 * What pg sends for statements with a name, with what they answer described once: the columns of a statement are the same each
 * time, and for one of few rows they are most of what is sent back and read. Several are one transaction and one round trip:
 * they have a Sync in common (PostgreSQL, Frontend/Backend Protocol, "Extended Query" and "Pipelining").
 *
 * @param done with the rows of the last
 */
function exchange(statements: readonly Prepared[], done: Done) {
  // First of all: a value that cannot be sent must not leave half a message behind.
  const bound = statements.map(({ values = [] }) => values.map(prepareValue))
  let known: Known
  let at = 0
  let toRow: ((values: Texts) => pg.QueryResultRow) | undefined
  let rows: pg.QueryResultRow[] = []
  let rowCount = 0
  let failure: Error | undefined

  return {
    /** As pg's own queries have one: what is asked for, for whoever looks on. */
    name: statements.at(-1)!.name,
    /** pg puts another in its place, which knows of the time that an answer may take. */
    callback: done,

    submit(connection: pg.Connection) {
      known = ofConnections.get(connection) ?? new Map()
      ofConnections.set(connection, known)
      connection.stream.cork()
      for (const [n, { name, text }] of statements.entries()) {
        const isKnown = known.get(name)?.text === text
        if (!isKnown) {
          connection.close({ type: 'S', name }, true)
          connection.parse({ name, text, types: [] }, true)
        }
        connection.bind({ statement: name, values: bound[n]! }, true)
        if (!isKnown) connection.describe({ type: 'P' }, true)
        connection.execute({}, true)
      }
      connection.sync()
      connection.stream.uncork()
      toRow = known.get(statements[at]!.name)?.toRow
    },

    handleRowDescription({ fields }: { fields: pg.FieldDef[] }) {
      toRow = rowReader(fields)
    },

    handleDataRow({ fields }: { fields: Texts }) {
      if (failure !== undefined) return
      try {
        rows.push(toRow!(fields))
      } catch (error) {
        failure = error as Error
      }
    },

    handleCommandComplete({ text: command }: { text: string }) {
      const { name, text } = statements[at]!
      known.set(name, { text, toRow: toRow ?? rowReader([]) })
      rowCount = Number(/\d+$/.exec(command)?.[0] ?? 0)
      at++
      if (at === statements.length) return
      rows = []
      toRow = known.get(statements[at]!.name)?.toRow
    },

    handleError(error: Error) {
      this.callback(error)
    },

    handleReadyForQuery() {
      this.callback(failure, { rows, rowCount })
    },
  }
}

function rowReader(fields: readonly pg.FieldDef[]) {
  const names = fields.map(({ name }) => name)
  const parsers = fields.map(({ dataTypeID }) => pg.types.getTypeParser(dataTypeID, 'text'))
  const empty: pg.QueryResultRow = Object.fromEntries(names.map((name) => [name, null]))
  return (values: Texts) => {
    const row = { ...empty }
    for (let n = 0; n < names.length; n++) {
      const value = values[n]!
      if (value !== null) row[names[n]!] = parsers[n]!(value)
    }
    return row
  }
}

/** A client of pg that sends statements with a name this way, and everything else as it does. */
export class PreparingClient extends pg.Client {
  override query(...args: unknown[]): never {
    const [config, , callback] = args
    if (!isPrepared(config)) return Reflect.apply(super.query, this, args) as never
    const answer = callback === undefined ? pipeline(this, config) : this.query(exchange([config], callback as Done))
    return answer as never
  }
}

/** pg's own queries have a name too. */
function isPrepared(config: unknown): config is Prepared {
  return (
    typeof config === 'object' &&
    config !== null &&
    'name' in config &&
    typeof config.name === 'string' &&
    !('submit' in config)
  )
}

/**
 * Runs statements as one transaction in one round trip. Each sees what was committed before it began, as between BEGIN and
 * COMMIT, which would be two statements more, with an answer each.
 *
 * @returns what the last of them answers
 * @throws what one of them was refused for; nothing of them holds then
 */
export function pipeline<Row extends pg.QueryResultRow>(
  client: pg.ClientBase,
  ...statements: readonly Prepared[]
): Promise<pg.QueryResult<Row>> {
  const { promise, resolve, reject } = Promise.withResolvers<pg.QueryResult<Row>>()
  client.query(
    exchange(statements, (error, result) => (error ? reject(error) : resolve(result as pg.QueryResult<Row>))),
  )
  return promise.catch((error) => {
    // The stack of who asked, as pg does it, instead of that of who reads the socket.
    Error.captureStackTrace(error)
    throw error
  })
}
