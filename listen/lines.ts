import type { ListenEndpoint } from './api.ts'
import type { Row, State } from './listener.ts'
import { isAccepted } from './listener.ts'
import type { ListenOptions } from './options.ts'
import { durationOf, printable, reasonOf, timeOf } from './reasons.ts'

/** Shows a listener: as lines, as JSON, or on a screen. */
export interface Output {
  ready(endpoint: ListenEndpoint): void
  row(row: Row): void
  notice(text: string): void
  change(): void
  end(reason: string, code: number, state: State): void
}

type Print = (line: string) => void

export const countsOf = ({ received, accepted, failed }: State) =>
  `${received} received, ${accepted} accepted, ${failed} failed`

/** The place of the deliveries, for people. */
export const placeOf = ({ target, answer }: Pick<ListenOptions, 'target' | 'answer'>) =>
  target ?? `answered here with ${answer?.statusCode} after ${durationOf(answer?.delayMs ?? 0)}`

/** Plain lines, for output that is no terminal. */
export function createLines(options: ListenOptions, write: Print, writeError: Print): Output {
  // Types, reasons and ids come from elsewhere.
  const print = (line: string) => write(printable(line))
  return {
    ready({ id, secret, types }) {
      print(`Endpoint ${id} listens to ${types.join(', ')}: ${placeOf(options)}`)
      if (options.printSecret) print(`Signing secret ${secret}`)
    },
    row(row) {
      const reason = isAccepted(row) ? '' : `  ${reasonOf(row)}`
      const answer = row.errorCode ?? row.statusCode
      print(`${timeOf(row.at)}  ${row.type}  ${answer}  ${durationOf(row.durationMs)}  ${row.deliveryId}${reason}`)
    },
    notice: print,
    change() {},
    end(reason, code, state) {
      print(`${countsOf(state)}.`)
      if (code === 0) print(reason)
      else writeError(printable(reason))
    },
  }
}

/** One JSON object a line, each with its `kind`. */
export function createJsonLines(options: ListenOptions, print: Print): Output {
  const write = (kind: string, fields: object) => print(JSON.stringify({ kind, ...fields }))
  return {
    ready({ id, secret, types }) {
      const { target = null, printSecret } = options
      write('ready', { endpointId: id, types, target, ...(printSecret && { secret }) })
    },
    row: ({ statusCode = null, errorCode = null, ...row }) => write('delivery', { ...row, statusCode, errorCode }),
    notice: (message) => write('notice', { message }),
    change() {},
    end(reason, code, { received, accepted, failed }) {
      write('end', { code, reason, received, accepted, failed })
    },
  }
}
