import { createHmac, timingSafeEqual } from 'node:crypto'
import type { LeasedDelivery } from './api.ts'

/** Verifies a request as its receiver does (Standard Webhooks), except for its age. */
export function hasValidSignature({ headers, bodyBase64 }: LeasedDelivery, secret: string): boolean {
  const header = (name: string) => headers.find((entry) => entry.name.toLowerCase() === name)?.value ?? ''
  const signed = Buffer.concat([
    Buffer.from(`${header('webhook-id')}.${header('webhook-timestamp')}.`),
    Buffer.from(bodyBase64, 'base64'),
  ])
  const expected = createHmac('sha256', Buffer.from(secret.replace(/^whsec_/, ''), 'base64'))
    .update(signed)
    .digest()
  return header('webhook-signature')
    .split(' ')
    .some((signature) => {
      const given = Buffer.from(signature.replace(/^v1,/, ''), 'base64')
      return given.length === expected.length && timingSafeEqual(given, expected)
    })
}
