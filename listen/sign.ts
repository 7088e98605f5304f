import { createHmac } from 'node:crypto'

/** Signature of a request as Signalbox makes it (Standard Webhooks), without its prefix `v1,`. */
export function sign(id: string, timestamp: string, body: Buffer, secret: string): Buffer {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  return createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest()
}
