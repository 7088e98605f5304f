import { timingSafeEqual } from 'node:crypto'
import type { LeasedDelivery } from './api.ts'
import { sign } from './sign.ts'

/** Verifies a request as its receiver does (Standard Webhooks), except for its age. */
export function hasValidSignature({ headers, bodyBase64 }: LeasedDelivery, secret: string): boolean {
  const header = (name: string) => headers.find((entry) => entry.name.toLowerCase() === name)?.value ?? ''
  const body = Buffer.from(bodyBase64, 'base64')
  const expected = sign(header('webhook-id'), header('webhook-timestamp'), body, secret)
  return header('webhook-signature')
    .split(' ')
    .some((signature) => {
      const given = Buffer.from(signature.replace(/^v1,/, ''), 'base64')
      return given.length === expected.length && timingSafeEqual(given, expected)
    })
}
