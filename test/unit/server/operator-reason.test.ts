import { describe, expect, test } from 'vitest'
import { readReason } from '../../../src/server/credentials.ts'

const read = (reason: string) => readReason((name) => (name === 'signalbox-reason' ? reason : undefined))

describe('reason of a person of the operator', () => {
  test.each(['Ticket 4711 of the customer', 'Anfrage Nr. 4711 (Müller)', '顧客からの問い合わせ四七一一'])(
    '%s is read',
    (reason) => {
      expect(read(` ${reason} `)).toBe(reason)
    },
  )

  test.each([
    ['zero-width spaces', '\u200b'.repeat(12)],
    ['a format character within', 'Ticket 4711 of\u202e the customer'],
    ['Hangul fillers', '\u3164'.repeat(12)],
    ['Braille blanks', 'Ticket 4711 of\u2800the customer'],
    ['variation selectors', `Ticket 4711 of${'\ufe0f'.repeat(3)} it`],
    ['a line separator', 'Ticket 4711\u2028of the customer'],
    ['marks instead of letters', '. . . . . . . . . .'],
    ['nine letters', 'a b c d e f g h i .'],
  ])('%s are refused', (_name, reason) => {
    expect(() => read(reason)).toThrow('at least 10 letters or digits')
  })
})
