import { describe, expect, test } from 'vitest'
import { createLines } from '../../../listen/lines.ts'
import { type State, typeOf } from '../../../listen/listener.ts'
import type { ListenOptions } from '../../../listen/options.ts'

const BAD = 'a\u001b[2J\u009bb\u202e\n'
const GOOD = 'a\uFFFD[2J\uFFFDb\uFFFD\uFFFD'
const STATE: State = { connection: 'connected', received: 0, accepted: 0, failed: 0, rows: [], notice: '' }

function lines() {
  const printed: string[] = []
  const options = { target: `http://localhost/${BAD}`, printSecret: true } as ListenOptions
  const print = (line: string) => void printed.push(line)
  return { output: createLines(options, print, print), printed }
}

describe('plain lines', () => {
  test('no control character of Signalbox or the target reaches the terminal', () => {
    const { output, printed } = lines()
    output.ready({ id: BAD, secret: BAD, types: [BAD], page: '' })
    output.row({
      ...{ at: new Date(), deliveryId: BAD, eventId: BAD, type: BAD, attempt: 1, acknowledgement: 'RECORDED' },
      ...{ statusCode: undefined, errorCode: BAD, durationMs: 1 },
    })
    output.notice(BAD)
    output.end(BAD, 0, STATE)
    output.end(BAD, 1, STATE)
    expect(printed).toHaveLength(8)
    expect(printed.join('')).not.toMatch(/\p{C}/u)
    expect(printed.filter((line) => line.includes(GOOD))).toHaveLength(6)
  })
})

describe('event type of a delivery', () => {
  test.each([
    ['{"type":"a.b"}', 'a.b'],
    ['null', 'unknown'],
    ['no JSON', 'unknown'],
    ['', 'unknown'],
    ['[1]', 'unknown'],
    ['{"type":{"toString":1}}', 'unknown'],
  ])('of the body %j is %s', (body, type) => {
    expect(typeOf({ bodyBase64: Buffer.from(body).toString('base64') })).toBe(type)
  })
})
