import { createClient } from 'graphql-ws'
import WebSocket from 'ws'
import type { GraphQLAnswer } from './api.ts'
import type { App } from './app.ts'

type Data = GraphQLAnswer['data']

/** The messages that a subscriber received, and ways to wait for more. */
export interface Watch {
  messages: Data[]
  /** The reason why the subscription ended: undefined while open, null after a normal completion. */
  ended: { reason: unknown } | undefined
  /** Resolves when the messages satisfy the condition. */
  until(condition: (messages: Data[]) => boolean): Promise<void>
  untilEnded(): Promise<unknown>
  stop(): void
}

export function createWatch(stop: () => void) {
  const waiting: { condition: (messages: Data[]) => boolean; resolve: () => void }[] = []
  const end = Promise.withResolvers<unknown>()
  const watch: Watch = {
    messages: [],
    ended: undefined,
    until(condition) {
      if (condition(watch.messages)) return Promise.resolve()
      return new Promise((resolve) => waiting.push({ condition, resolve }))
    },
    untilEnded: () => end.promise,
    stop,
  }
  return {
    watch,
    push(message: Data) {
      watch.messages.push(message)
      for (const entry of waiting) if (entry.condition(watch.messages)) entry.resolve()
    },
    end(reason: unknown) {
      watch.ended = { reason }
      end.resolve(reason)
    },
  }
}

/** A subscription over a real WebSocket. */
export function watchSocket(url: string, key: string, query: string, params: Record<string, unknown> = {}): Watch {
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${key}`, ...params },
    retryAttempts: 0,
  })
  const { watch, push, end } = createWatch(() => void client.dispose())
  client.subscribe(
    { query },
    { next: ({ data, errors }) => push(errors ? { errors } : data), error: end, complete: () => end(null) },
  )
  return watch
}

/** A subscription over server-sent events. */
export function watchEvents(url: string, key: string, query: string): Watch {
  const abort = new AbortController()
  const { watch, push, end } = createWatch(() => abort.abort())
  const read = async () => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${key}` },
      body: JSON.stringify({ query }),
      signal: abort.signal,
    })
    let text = ''
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk
      for (let at = text.indexOf('\n\n'); at >= 0; at = text.indexOf('\n\n')) {
        const lines = text.slice(0, at).split('\n')
        text = text.slice(at + 2)
        const data = lines
          .find((line) => line.startsWith('data:'))
          ?.slice(5)
          .trim()
        if (lines.includes('event: next') && data) {
          const message = JSON.parse(data)
          push(message.errors ? message : message.data)
        }
      }
    }
  }
  read().then(() => end(null), end)
  return watch
}

/** Resolves when the server has exactly `count` open subscriptions. */
export async function subscribed(app: App, count: number): Promise<void> {
  while (app.services.subscriptions.count() !== count) await new Promise(setImmediate)
}
