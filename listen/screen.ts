import { countsOf } from './lines.ts'
import { isAccepted, type Row, type State } from './listener.ts'
import { durationOf, printable, reasonOf, timeOf } from './reasons.ts'

/** Writes a text in a style of `styleText`. Without colour: returns the text. */
export type Paint = (style: 'bold' | 'dim' | 'green' | 'red' | 'yellow', text: string) => string

export interface Screen {
  endpointId: string
  place: string
  types: string[]
  /** Shown when given. */
  secret: string | undefined
  state: State
}

/** Narrower terminals clip the lines. */
const LEAST_WIDTH = 50
/** Width from which the table has the ids of deliveries. */
const WITH_IDS = 120
const ID_WIDTH = 30
const TIME_WIDTH = 8
const STATUS_WIDTH = 6
const DURATION_WIDTH = 9
const TYPE_WIDTH = 48
const GAP = '  '
const KEYS = 'r again   e edit and send   n next   p pause   o open   v verify   q quit'

/** Lines of the screen, none longer than its width and no more than its height. */
export function renderScreen(screen: Screen, size: { width: number; height: number }, paint: Paint): string[] {
  const width = Math.max(size.width, LEAST_WIDTH)
  const { state } = screen
  const head = [
    renderTitle(state, width, paint),
    fit(`${screen.endpointId} -> ${screen.place}`, width),
    fit(`${countsOf(state)}, ${inFlight(state)} in flight; types ${screen.types.join(', ')}`, width),
    ...(screen.secret === undefined ? [] : [fit(`secret ${screen.secret}`, width)]),
    '',
    paint('dim', renderCells(['TIME', 'TYPE', 'STATUS', 'DURATION', 'REASON', 'DELIVERY'], width).join(GAP)),
  ]
  const foot = [paint('yellow', fit(state.notice, width)), paint('dim', fit(KEYS, width))]
  const room = Math.max(size.height - head.length - foot.length, 1)
  const rows = state.rows.slice(0, room).map((row) => renderRow(row, width, paint))
  const body = rows.length > 0 ? rows : [paint('dim', fit('No delivery yet.', width))]
  const blank = Array<string>(Math.max(room - body.length, 0)).fill('')
  return [...head, ...body, ...blank, ...foot].slice(-Math.max(size.height, 1))
}

const inFlight = ({ received, accepted, failed }: State) => received - accepted - failed

function renderTitle({ connection }: State, width: number, paint: Paint): string {
  const title = 'Signalbox listen'
  const gap = ' '.repeat(width - title.length - connection.length)
  return paint('bold', title) + gap + paint(connection === 'connected' ? 'green' : 'yellow', connection)
}

function renderRow(row: Row, width: number, paint: Paint): string {
  const status = row.errorCode === undefined ? String(row.statusCode) : 'error'
  const values = [timeOf(row.at), row.type, status, durationOf(row.durationMs), reasonOf(row), row.deliveryId]
  const cells = renderCells(values, width)
  cells[2] = paint(isAccepted(row) ? 'green' : 'red', cells[2]!)
  return cells.join(GAP)
}

/** Cells of a line of the table, each as wide as its column. */
function renderCells(values: string[], width: number): string[] {
  const withIds = width >= WITH_IDS
  const gaps = GAP.length * (withIds ? 5 : 4)
  const rest = width - TIME_WIDTH - STATUS_WIDTH - DURATION_WIDTH - gaps - (withIds ? ID_WIDTH : 0)
  const typeWidth = Math.min(TYPE_WIDTH, Math.floor(rest * 0.45))
  const widths = [TIME_WIDTH, typeWidth, STATUS_WIDTH, DURATION_WIDTH, rest - typeWidth, ...(withIds ? [ID_WIDTH] : [])]
  return widths.map((columns, n) => fit(values[n]!, columns).padEnd(columns))
}

/** Cuts a text to a number of columns, with an ellipsis where something is missing. */
function fit(text: string, columns: number): string {
  const characters = [...printable(text)]
  return characters.length <= columns ? characters.join('') : `${characters.slice(0, columns - 1).join('')}…`
}
