import { setTimeout as sleep } from 'node:timers/promises'
import { type AcknowledgeInput, type Acknowledgement, type Api, ApiError } from './api.ts'

/** Maximum results of one request. */
const RESULTS_AT_ONCE = 100
/** Waits before further tries, in milliseconds: longer than a restart, shorter than a lease. */
const RETRY_AFTER_MS = [200, 500, 1_000, 2_000, 4_000, 8_000]
/** Errors that every later try meets too. */
const FINAL = ['BAD_USER_INPUT', 'FORBIDDEN', 'GRAPHQL_VALIDATION_FAILED', 'UNAUTHENTICATED', 'VALIDATION_FAILED']

export type Fate = Acknowledgement['status'] | 'FAILED'

interface Waiting {
  input: AcknowledgeInput
  resolve: (fate: Fate) => void
}

/** Sends results. Those that arrive during a request share the next one, so that many results cost few requests. */
export function createAcknowledge(
  api: Pick<Api, 'acknowledge'>,
  onError: (error: Error) => void,
  waits = RETRY_AFTER_MS,
) {
  const waiting: Waiting[] = []
  let sending: Promise<void> | undefined

  async function send(): Promise<void> {
    while (waiting.length > 0) {
      const batch = takeBatch(waiting)
      const fates = await sendBatch(batch.map(({ input }) => input))
      for (const { input, resolve } of batch) resolve(fates.get(input.id) ?? 'FAILED')
    }
    sending = undefined
  }

  async function sendBatch(inputs: AcknowledgeInput[]): Promise<Map<string, Fate>> {
    for (let tries = 0; ; tries++)
      try {
        const answers = await api.acknowledge(inputs)
        return new Map(answers.map(({ deliveryId, status }) => [deliveryId, status]))
      } catch (error) {
        const wait = waits[tries]
        if (wait === undefined || !(error instanceof ApiError) || FINAL.includes(error.code)) {
          onError(error as Error)
          return new Map()
        }
        await sleep(wait)
      }
  }

  return {
    /** Resolves with the fate of the result: FAILED when Signalbox did not take it, which sends the delivery again. */
    acknowledge(input: AcknowledgeInput): Promise<Fate> {
      return new Promise((resolve) => {
        waiting.push({ input, resolve })
        sending ??= send()
      })
    },
    /** Resolves when no result waits. */
    idle: () => sending ?? Promise.resolve(),
  }
}

/** Takes results of different deliveries; a second result of a delivery waits for the next request. */
function takeBatch(waiting: Waiting[]): Waiting[] {
  const batch = new Map<string, Waiting>()
  for (const entry of waiting)
    if (batch.size < RESULTS_AT_ONCE && !batch.has(entry.input.id)) batch.set(entry.input.id, entry)
  const taken = [...batch.values()]
  for (const entry of taken) waiting.splice(waiting.indexOf(entry), 1)
  return taken
}
