import type { UnsentAccount } from './unsent-bytes.ts'

/** Size of one write. Below the high-water mark of a socket, so that the progress of each write is visible. */
export const SLICE_BYTES = 32 * 1024

/**
 * Writes large texts in slices, each after the one before was sent: a write of many megabytes would show no progress
 * until its end. The account counts the bytes that wait.
 */
export function createSliceQueue(deps: {
  account: UnsentAccount
  write: (slice: Uint8Array, isLast: boolean, sent: (error?: Error | null) => void) => void
  /** Ends the connection, because a bound of the account is exceeded. */
  refuse: () => void
  /** Called when the queue is empty again. */
  onEmpty?: () => void
}) {
  const { account, write } = deps
  const waiting: { bytes: Uint8Array; start: number; sent: (() => void) | undefined }[] = []
  let closed = false

  function writeNext(): void {
    const [first] = waiting
    if (closed || first === undefined) return
    const { bytes, start } = first
    const end = Math.min(start + SLICE_BYTES, bytes.length)
    const isLast = end === bytes.length
    first.start = end
    write(bytes.subarray(start, end), isLast, (error) => {
      if (error) return close()
      account.remove(end - start)
      if (isLast) {
        waiting.shift()
        first.sent?.()
        if (waiting.length === 0) deps.onEmpty?.()
      }
      writeNext()
    })
  }

  function close(): void {
    closed = true
    account.close()
    for (const { sent } of waiting.splice(0)) sent?.()
  }

  return {
    close,
    isEmpty: () => waiting.length === 0,

    /** @param sent called after the last slice */
    add(chunk: string | Uint8Array, sent?: () => void): void {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
      if (!account.add(bytes.length)) {
        deps.refuse()
        return
      }
      waiting.push({ bytes, start: 0, sent })
      if (waiting.length === 1) writeNext()
    },
  }
}
