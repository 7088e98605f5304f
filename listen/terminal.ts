import type { ReadStream, WriteStream } from 'node:tty'
import { styleText } from 'node:util'
import type { ListenEndpoint } from './api.ts'
import { editText } from './edit.ts'
import { createLines, type Output, placeOf } from './lines.ts'
import type { Listener, State } from './listener.ts'
import type { ListenOptions } from './options.ts'
import { type Paint, renderScreen } from './screen.ts'

/** Shortest time between two drawings, in milliseconds. */
const DRAW_EVERY_MS = 50
/** The alternate screen, with a hidden cursor and without wrapped lines. */
const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l'
const LEAVE = '\u001b[?7h\u001b[?25h\u001b[?1049l'
const HOME = '\u001b[H'
const CLEAR_LINE = '\u001b[K'

/** A screen that an editor can replace for a while. */
export interface Terminal extends Output {
  /** Lets the person edit a text. The listener goes on meanwhile. */
  edit(text: string): Promise<string>
}

/** A screen in a terminal, which leaves the plain summary behind. */
export function createTerminal(
  options: ListenOptions,
  terminal: WriteStream,
  env: NodeJS.ProcessEnv,
  state: () => State | undefined,
): Terminal {
  const hasColour = !env.NO_COLOR && terminal.hasColors()
  const paint: Paint = (style, text) => (hasColour ? styleText(style, text, { validateStream: false }) : text)
  const plain = createLines(
    options,
    (line) => terminal.write(`${line}\n`),
    (line) => process.stderr.write(`${line}\n`),
  )
  let endpoint: ListenEndpoint | undefined
  let isEditing = false
  let timer: NodeJS.Timeout | undefined

  function draw(): void {
    timer = undefined
    const current = state()
    if (endpoint === undefined || current === undefined || isEditing) return
    const screen = {
      ...{ endpointId: endpoint.id, place: placeOf(options), types: endpoint.types, state: current },
      secret: options.printSecret ? endpoint.secret : undefined,
    }
    // A terminal that does not know its size says 0.
    const size = { width: terminal.columns || 80, height: terminal.rows || 24 }
    // Cleared before the text: at the end of a full line, clearing would take its last character.
    const lines = renderScreen(screen, size, paint).map((line) => `${CLEAR_LINE}${line}`)
    terminal.write(`${HOME}${lines.join('\r\n')}`)
  }

  const change = () => {
    if (endpoint !== undefined) timer ??= setTimeout(draw, DRAW_EVERY_MS)
  }
  return {
    ready(created) {
      endpoint = created
      terminal.write(ENTER)
      terminal.on('resize', change)
      change()
    },
    row() {},
    notice() {},
    change,
    async edit(text) {
      isEditing = true
      terminal.write(LEAVE)
      try {
        return await editText(text, env)
      } finally {
        isEditing = false
        terminal.write(ENTER)
        change()
      }
    },
    end(reason, code, last) {
      clearTimeout(timer)
      terminal.off('resize', change)
      if (endpoint !== undefined) terminal.write(LEAVE)
      endpoint = undefined
      plain.end(reason, code, last)
    },
  }
}

/** Reads single keys. Raw mode gives Ctrl-C as a key as well. */
export function readKeys(input: ReadStream, listener: Listener, screen: Terminal, quit: () => void): void {
  /** The editor reads the keys itself. */
  async function edit(): Promise<void> {
    const readAlone = async (text: string) => {
      input.setRawMode(false).pause()
      return screen.edit(text).finally(() => input.setRawMode(true).resume())
    }
    await listener.editLast(readAlone)
  }
  const actions: Record<string, () => unknown> = {
    r: listener.again,
    e: edit,
    n: listener.sendNext,
    o: listener.openLast,
    p: listener.pause,
    v: listener.verify,
    q: quit,
    '\u0003': quit,
  }
  input.setRawMode(true)
  input.on('data', (keys: Buffer) => {
    for (const key of keys.toString()) actions[key.toLowerCase()]?.()
  })
}
