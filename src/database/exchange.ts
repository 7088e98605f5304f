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

/** What each connection has prepared, by name, and how a row of its answer is read. */
const ofConnections = new WeakMap<pg.Connection, Map<string, { text: string; readRow: ReadRow }>>()

type Value = Buffer | string | null
// Not in the types of pg.
const { prepareValue } = (pg as unknown as { utils: { prepareValue: (value: unknown) => Value } }).utils

/**
 * What pg sends for statements with a name, with what they answer described once: the columns of a statement are the same each
 * time, and for one of few rows they are most of what is sent back and read. Several are one transaction and one round trip:
 * they have a Sync in common (PostgreSQL, Frontend/Backend Protocol, "Extended Query" and "Pipelining").
 *
 * @param answerMs how long the answer may take, 0: as long as it likes
 * @param done with the rows of the last
 */
export function exchange(statements: readonly Prepared[], answerMs: number, done: Done) {
  // First of all: a value that cannot be sent must not leave half a message behind.
  const bound = statements.map(({ values = [] }) => values.map(prepareValue))
  /** Of each statement, unless it is new to the connection and is described now. */
  const readers: (ReadRow | undefined)[] = []
  let prepared: Map<string, { text: string; readRow: ReadRow }>
  let at = 0
  let readRow: ReadRow | undefined
  let answer: Answer = { rows: [], rowCount: 0 }
  let failure: Error | undefined
  let isSent = false
  let isOver = false
  let timer: NodeJS.Timeout | undefined

  /** Once: after an answer that did not come in time another may follow. Who asked does not use the connection again. */
  function end(error: Error | undefined): void {
    clearTimeout(timer)
    if (isOver) return
    isOver = true
    asked.callback(error, answer)
  }

  const asked = {
    /** As pg's own queries have one: what is asked for, for whoever looks on. */
    name: statements.at(-1)!.name,
    callback: done,

    /** pg says so when all before it on the connection is answered. From now on its answer may be awaited. */
    submit(connection: pg.Connection) {
      const late = () => end(new Error('Query read timeout'))
      if (answerMs > 0) timer = setTimeout(late, answerMs)
      asked.send(connection)
    },

    /** May be asked for before: then it is under way behind the others. */
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
      if (readers[at] === undefined) prepared.set(name, { text, readRow: readRow ?? rowReader([]) })
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

  function send(connection: pg.Connection, { name, text }: Prepared, values: Value[]): void {
    const known = prepared.get(name)
    const isSame = known?.text === text
    readers.push(isSame ? known.readRow : undefined)
    // What pg's types call `more` is no longer looked at.
    if (!isSame) {
      prepared.delete(name)
      connection.close({ type: 'S', name }, true)
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
  // Rows that begin with all their columns have one shape.
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
