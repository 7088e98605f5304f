import { describe, expect, test } from 'vitest'
import type { Row, State } from '../../../listen/listener.ts'
import { renderScreen, type Screen } from '../../../listen/screen.ts'

const row = (more: Partial<Row> = {}): Row => ({
  ...{ at: new Date(2026, 2, 1, 9, 5, 7), deliveryId: `dlv_${'0'.repeat(26)}`, eventId: `evt_${'0'.repeat(26)}` },
  ...{ type: 'invoice.paid', attempt: 1, statusCode: 204, errorCode: undefined, durationMs: 12 },
  ...{ acknowledgement: 'RECORDED', ...more },
})
const screen = (state: Partial<State> = {}): Screen => ({
  ...{ endpointId: `whep_${'0'.repeat(26)}`, place: `http://localhost:3000/${'h'.repeat(300)}` },
  ...{ types: Array(50).fill('invoice.*'), secret: undefined },
  state: {
    ...{ connection: 'connected', received: 5, accepted: 3, failed: 1, notice: 'n'.repeat(300) },
    ...{ rows: [row()], ...state },
  },
})
const plain = (_style: string, text: string) => text
const ROWS = [
  row(),
  row({ type: 't'.repeat(128), statusCode: 500, durationMs: 1_800_000 }),
  row({ statusCode: undefined, errorCode: 'CONNECTION_REFUSED' }),
  row({ acknowledgement: 'STALE' }),
  row({ acknowledgement: 'FAILED', type: 'bell\u0007.\u001b[2J' }),
]

describe.each([80, 120, 200])('screen of %i columns', (width) => {
  test('no line is longer than the terminal, and all lines fit its height', () => {
    const lines = renderScreen(screen({ rows: Array(100).fill(ROWS).flat() }), { width, height: 24 }, plain)
    expect(lines).toHaveLength(24)
    for (const line of lines) expect([...line].length, line).toBeLessThanOrEqual(width)
  })

  test('time, type, status, duration and reason are in a row', () => {
    const text = renderScreen(screen({ rows: ROWS }), { width, height: 24 }, plain).join('\n')
    expect(text).toMatch(/09:05:07 {2}invoice\.paid +204 +12 ms +No Content/)
    expect(text).toMatch(/tttt+… +500 +1800\.0 s +Internal Server Error/)
    expect(text).toMatch(/invoice\.paid +error +12 ms +Nothing listens there/)
    expect(text).toContain('Lease lost: it comes again')
    expect(text.includes(`dlv_${'0'.repeat(26)}`)).toBe(width >= 120)
  })

  test('counts, state and keys are shown without deliveries', () => {
    const state = { rows: [], connection: 'paused' as const }
    const [title, , counts, , , ...more] = renderScreen(screen(state), { width, height: 24 }, plain)
    expect(title).toMatch(/^Signalbox listen +paused$/)
    expect(counts).toContain('5 received, 3 accepted, 1 failed, 1 in flight')
    expect(more[0]).toBe('No delivery yet.')
    expect(more.at(-1)).toBe('r again   e edit and send   n next   p pause   o open   v verify   q quit')
  })
})

describe('screen', () => {
  test('control characters of a type do not reach the terminal', () => {
    const text = renderScreen(screen({ rows: ROWS }), { width: 80, height: 24 }, plain).join('')
    expect(text).toContain('bell\uFFFD.\uFFFD[2J')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are looked for
    expect(text).not.toMatch(/[\u0000-\u001f]/)
  })

  test('the lines of a very small terminal are as many as its rows', () => {
    expect(renderScreen(screen({ rows: ROWS }), { width: 10, height: 3 }, plain)).toHaveLength(3)
  })

  test('an accepted delivery is green and a failed one red', () => {
    const styled = (style: string, text: string) => `<${style}>${text}`
    const text = renderScreen(screen({ rows: ROWS }), { width: 80, height: 24 }, styled).join('\n')
    expect(text).toContain('<green>204')
    expect(text).toContain('<red>500')
    expect(text).toContain('<red>204')
  })

  test('the secret is shown when it is given', () => {
    const text = renderScreen({ ...screen(), secret: 'whsec_abc' }, { width: 80, height: 24 }, plain).join('\n')
    expect(text).toContain('secret whsec_abc')
  })
})
