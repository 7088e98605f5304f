import { createClient } from 'graphql-ws'
import WebSocket from 'ws'

/** A minimal client of the public GraphQL API: HTTP for operations, WebSocket for subscriptions. */
export function createApiClient(url: string, apiKey: string) {
  const authorization = `Bearer ${apiKey}`
  const socket = createClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization },
    lazy: false,
    onNonLazyError: () => {},
  })

  return {
    /** @throws Error when the answer has errors, or when its one field is a member of `Error` */
    async request<T>(query: string, variables: Record<string, unknown> = {}): Promise<T> {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization },
        body: JSON.stringify({ query, variables }),
      })
      const { data, errors } = (await response.json()) as { data?: Record<string, unknown>; errors?: unknown[] }
      if (errors !== undefined) throw new Error(`The API answered with errors: ${JSON.stringify(errors)}`)
      for (const result of Object.values(data ?? {})) {
        const { code, message } = result as { code?: string; message?: string }
        if (code !== undefined && message !== undefined) throw new Error(`${code}: ${message}`)
      }
      return data as T
    },

    subscribe<T>(query: string, onData: (data: T) => void): () => void {
      return socket.subscribe<T>(
        { query },
        { next: ({ data }) => data && onData(data), error: (error) => console.error(error), complete: () => {} },
      )
    },

    close: () => socket.dispose(),
  }
}

export type ApiClient = ReturnType<typeof createApiClient>
