import pg from 'pg'

/** A statement that each connection prepares once, by its name. */
export interface Prepared {
  name: string
  text: string
  values?: unknown[]
}

export type Answer<Row extends pg.QueryResultRow = pg.QueryResultRow> = Pick<pg.QueryResult<Row>, 'rows' | 'rowCount'>
export type Done = (error: Error | undefined, answer?: Answer) => void
type ReadRow = (values: (string | null)[]) => pg.QueryResultRow

/** Prepared statements of each connection, with the reader of their rows. */
const ofConnections = new WeakMap<pg.Connection, Map<string, { text: string; readRow: ReadRow }>>()

type Value = Buffer | string | null
// Missing in the types of pg.
const { prepareValue } = (pg as unknown as { utils: { prepareValue: (value: unknown) => Value } }).utils

/**
 * Sends named statements as pg does and describes each once per connection, because the columns never change and
 * describing is most of the cost of few rows. Several statements share a Sync and are one transaction and one round
 * trip (PostgreSQL, Frontend/Backend Protocol, "Extended Query" and "Pipelining").
 *
 * @param answerMs milliseconds that the answer may take; 0 for any time
 * @param prepares false sends statements without a name: behind a pooler in transaction mode, named ones vanish
 * @param done called with the rows of the last statement
 */
export function exchange(statements: readonly Prepared[], answerMs: number, prepares: boolean, done: Done) {
  // First: a value that cannot be sent must not leave half a message behind.
  const bound = statements.map(({ values = [] }) => values.map(prepareValue))
  /** Row readers by statement; undefined for one that is described now. */
  const readers: (ReadRow | undefined)[] = []
  let prepared: Map<string, { text: string; readRow: ReadRow }>
  let at = 0
  let readRow: ReadRow | undefined
  let answer: Answer = { rows: [], rowCount: 0 }
  let failure: Error | undefined
  let isSent = false
  let isOver = false
  let timer: NodeJS.Timeout | undefined

  /** Once: another answer may follow one that came too late. The caller does not use the connection again. */
  function end(error: Error | undefined): void {
    clearTimeout(timer)
    if (isOver) return
    isOver = true
    asked.callback(error, answer)
  }

  const asked = {
    /** Name of the query, as pg's own queries have one. */
    name: statements.at(-1)!.name,
    callback: done,

    /** pg calls submit once everything before it on the connection is answered. */
    submit(connection: pg.Connection) {
      const late = () => end(new Error('Query read timeout'))
      if (answerMs > 0) timer = setTimeout(late, answerMs)
      asked.send(connection)
    },

    /** May be called earlier, to send the query behind the queries in flight. */
    send(connection: pg.Connection) {
      if (isSent) return
      isSent = true
      prepared = ofConnections.get(connection) ?? new Map()
      ofConnections.set(connection, prepared)
      connection.stream.cork()
      try {
        for (const [n, statement] of statements.entries()) send(connection, statement, bound[n]!)
        connection.sync()
      } finally {
        connection.stream.uncork()
      }
      readRow = readers[0]
    },

    handleRowDescription({ fields }: { fields: pg.FieldDef[] }) {
      readRow = rowReader(fields)
    },

    handleDataRow({ fields }: { fields: (string | null)[] }) {
      if (failure !== undefined) return
      try {
        answer.rows.push(readRow!(fields))
      } catch (error) {
        failure = error as Error
      }
    },

    handleCommandComplete({ text: command }: { text: string }) {
      const { name, text } = statements[at]!
      if (readers[at] === undefined && prepares) prepared.set(name, { text, readRow: readRow ?? rowReader([]) })
      answer.rowCount = Number(/\d+$/.exec(command)?.[0] ?? 0)
      at++
      if (at === statements.length) return
      answer = { rows: [], rowCount: 0 }
      readRow = readers[at]
    },

    handleError: end,

    handleReadyForQuery() {
      end(failure)
    },
  }
  return asked

  function send(connection: pg.Connection, statement: Prepared, values: Value[]): void {
    const { text } = statement
    const name = prepares ? statement.name : ''
    const known = prepared.get(name)
    const isSame = known?.text === text
    readers.push(isSame ? known.readRow : undefined)
    // The types of pg require a parameter that pg ignores.
    if (!isSame) {
      prepared.delete(name)
      if (prepares) connection.close({ type: 'S', name }, true)
      connection.parse({ name, text, types: [] }, true)
    }
    connection.bind({ statement: name, values }, true)
    if (!isSame) connection.describe({ type: 'P' }, true)
    connection.execute({}, true)
  }
}

function rowReader(fields: readonly pg.FieldDef[]): ReadRow {
  const names = fields.map(({ name }) => name)
  const parsers = fields.map(({ dataTypeID }) => pg.types.getTypeParser(dataTypeID, 'text'))
  // Rows created with all their columns share one shape.
  const empty: pg.QueryResultRow = Object.fromEntries(names.map((name) => [name, null]))
  return (values) => {
    const row = { ...empty }
    for (let n = 0; n < names.length; n++) {
      const value = values[n]!
      row[names[n]!] = value === null ? null : parsers[n]!(value)
    }
    return row
  }
}
