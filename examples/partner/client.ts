// A client that sends operations by their hash: all that a key which is confined to persisted operations may send.
import { setTimeout as delay } from 'node:timers/promises'
import { createClient } from 'graphql-ws'
import WebSocket from 'ws'
import type { Operation } from './operations.ts'

const ATTEMPTS = 3

export interface Partner {
  /** Asks over HTTP; when a limit is reached, waits for as long as the answer says. @throws with what the answer says */
  ask<Data, Variables>(operation: Operation<Data, Variables>, variables: Variables): Promise<Data>
  /** Watches over WebSocket until the loop is left. */
  watch<Data, Variables>(operation: Operation<Data, Variables>, variables: Variables): AsyncIterable<Data>
}

export function createPartner({ url, key }: { url: string; key: string }): Partner {
  return {
    async ask({ documentId }, variables) {
      for (let attempt = 1; ; attempt++) {
        const response = await fetch(`${url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept: 'application/json', authorization: `Bearer ${key}` },
          body: JSON.stringify({ documentId, variables }),
        })
        if (response.status === 429 && attempt < ATTEMPTS) {
          await response.body?.cancel()
          await delay(Number(response.headers.get('retry-after')) * 1000)
          continue
        }
        const { data, errors } = (await response.json()) as { data?: never; errors?: { message: string }[] }
        if (errors !== undefined) throw new Error(errors.map(({ message }) => message).join('; '))
        return data!
      }
    },
    async *watch({ documentId }, variables) {
      const client = createClient({
        url: `${url.replace(/^http/, 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        connectionParams: { authorization: `Bearer ${key}` },
      })
      try {
        // The protocol wants a query; the document is asked for by its id.
        const payload = { query: '', documentId, variables: variables as Record<string, unknown> }
        for await (const { data, errors } of client.iterate<never>(payload)) {
          if (errors !== undefined) throw new Error(errors.map(({ message }) => message).join('; '))
          yield data!
        }
      } finally {
        await client.dispose()
      }
    },
  }
}
