/**
 * Waits for a promise no longer than a time, and answers with a fallback then. The work behind the promise goes on, and
 * a failure after the time is ignored; the timer does not keep the process alive.
 */
export async function withTimeout<T, F>(work: Promise<T>, timeoutMs: number, fallback: F): Promise<T | F> {
  const { promise: expired, resolve } = Promise.withResolvers<F>()
  const timer = setTimeout(resolve, timeoutMs, fallback).unref()
  try {
    return await Promise.race([work, expired])
  } finally {
    clearTimeout(timer)
  }
}
