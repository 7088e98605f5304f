import { describe, expect, test } from 'vitest'
import { createAcknowledge } from '../../../listen/acknowledge.ts'
import { type AcknowledgeInput, type Acknowledgement, ApiError } from '../../../listen/api.ts'

const input = (id: string, version = 1): AcknowledgeInput => ({ id, version, durationMs: 1, statusCode: 204 })
const recorded = (inputs: AcknowledgeInput[]): Acknowledgement[] =>
  inputs.map(({ id }) => ({ deliveryId: id, status: 'RECORDED' }))

describe('acknowledgements of listen', () => {
  test('results that arrive during a request share the next one, at most 100 and each delivery once', async () => {
    const sent: string[][] = []
    const api = {
      async acknowledge(inputs: AcknowledgeInput[]) {
        sent.push(inputs.map(({ id }) => id))
        return recorded(inputs)
      },
    }
    const results = createAcknowledge(api, () => {})
    const ids = ['first', ...Array.from({ length: 150 }, (_, n) => `dlv_${n}`), 'dlv_0']
    const fates = await Promise.all(ids.map((id) => results.acknowledge(input(id))))
    await results.idle()
    expect(new Set(fates)).toEqual(new Set(['RECORDED']))
    expect(sent.map((batch) => batch.length)).toEqual([1, 100, 51])
    expect(sent.flat().sort()).toEqual(ids.sort())
    for (const batch of sent) expect(new Set(batch).size).toBe(batch.length)
  })

  test('a result is sent again while Signalbox does not answer', async () => {
    let tries = 0
    const acknowledge = async (inputs: AcknowledgeInput[]) => {
      if (++tries < 3) throw new ApiError('No answer', 'UNREACHABLE')
      return recorded(inputs)
    }
    expect(await createAcknowledge({ acknowledge }, () => {}, [0, 0]).acknowledge(input('a'))).toBe('RECORDED')
    expect(tries).toBe(3)
  })

  test.each([
    ['the tries are used up', 'UNREACHABLE', 3],
    ['every try would meet the same error', 'FORBIDDEN', 1],
  ])('a result fails with the error when %s', async (_when, code, expected) => {
    const errors: string[] = []
    let tries = 0
    const acknowledge = async () => {
      tries++
      throw new ApiError('Refused', code)
    }
    const results = createAcknowledge({ acknowledge }, ({ message }) => errors.push(message), [0, 0])
    expect(await results.acknowledge(input('a'))).toBe('FAILED')
    expect([tries, errors]).toEqual([expected, ['Refused']])
  })

  test('a lost lease is STALE', async () => {
    const acknowledge = async () => [{ deliveryId: 'a', status: 'STALE' as const }]
    expect(await createAcknowledge({ acknowledge }, () => {}).acknowledge(input('a'))).toBe('STALE')
  })
})
