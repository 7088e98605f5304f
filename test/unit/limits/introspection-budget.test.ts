import { describe, expect, test } from 'vitest'
import {
  ADDRESS_CHARACTERS,
  createIntrospectionBudget,
  STRANGERS_CHARACTERS,
} from '../../../src/domain/limits/introspection-budget.ts'
import { createTestClock } from '../../support/clock.ts'

const LARGE = ADDRESS_CHARACTERS / 12

describe('introspection budget', () => {
  test('an address spends its own minute and names the seconds until the amount fits', () => {
    const clock = createTestClock()
    const budget = createIntrospectionBudget({ clock })
    for (let n = 0; n < 12; n++) expect(budget.spend('192.0.2.1', LARGE)).toBe(0)
    expect(budget.spend('192.0.2.1', LARGE)).toBe(61)
    expect(budget.spend('192.0.2.2', LARGE)).toBe(0)
    clock.advance(61)
    expect(budget.spend('192.0.2.1', LARGE)).toBe(0)
  })

  test('all addresses together spend one minute, and a refused address takes nothing from it', () => {
    const budget = createIntrospectionBudget({ clock: createTestClock() })
    const spendUp = (address: string) => {
      let spent = 0
      while (spent <= STRANGERS_CHARACTERS && budget.spend(address, LARGE) === 0) spent += LARGE
      return spent
    }
    const spent = Array.from({ length: 10 }, (_, n) => spendUp(`192.0.2.${n}`))
    expect(Math.max(...spent)).toBe(ADDRESS_CHARACTERS)
    expect(spent.reduce((sum, each) => sum + each)).toBe(STRANGERS_CHARACTERS)
  })

  test('each introspection has a turn of the event loop for itself', async () => {
    const budget = createIntrospectionBudget({ clock: createTestClock() })
    const perTurn: number[] = []
    let inTurn = 0
    const all = Promise.all(Array.from({ length: 5 }, () => budget.turn().then(() => inTurn++)))
    const watch = () => {
      perTurn.push(inTurn)
      inTurn = 0
      if (perTurn.length < 20) setImmediate(watch)
    }
    watch()
    await all
    await new Promise(setImmediate)
    expect(Math.max(...perTurn)).toBe(1)
    expect(perTurn.filter((count) => count === 1)).toHaveLength(5)
  })
})
