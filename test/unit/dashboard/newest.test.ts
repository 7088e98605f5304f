import { describe, expect, test } from 'vitest'
import { createNewest } from '../../../dashboard/src/graph/newest.ts'

const row = (version: number, status: string, more: object = {}) => ({ id: 'dlv_1', version, status, ...more })

describe('newest copy of an object', () => {
  test('an older answer takes the fields of a newer message, and keeps those that the message lacks', () => {
    const { latest } = createNewest()
    latest(row(5, 'SUCCEEDED'))
    expect(latest(row(3, 'SENDING', { attempts: 2 }))).toEqual(row(5, 'SUCCEEDED', { attempts: 2 }))
  })

  test('an older answer gains no field that it did not ask for', () => {
    const { latest } = createNewest()
    latest(row(5, 'SUCCEEDED', { explanation: 'all is well' }))
    expect(latest(row(3, 'SENDING'))).toEqual(row(5, 'SUCCEEDED'))
  })

  test('a newer answer replaces an older one, and so does one of the same version', () => {
    const { latest } = createNewest()
    latest(row(1, 'PENDING'))
    expect(latest(row(2, 'SENDING'))).toEqual(row(2, 'SENDING'))
    expect(latest(row(2, 'RETRYING'))).toEqual(row(2, 'RETRYING'))
  })

  test('fields of one version are gathered from several answers', () => {
    const { latest } = createNewest()
    latest(row(2, 'SENDING', { explanation: 'under way' }))
    latest(row(2, 'SENDING', { attempts: 1 }))
    expect(latest(row(1, 'PENDING', { explanation: 'waits', attempts: 0 }))).toEqual(
      row(2, 'SENDING', { explanation: 'under way', attempts: 1 }),
    )
  })
})
