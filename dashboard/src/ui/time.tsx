import { useSyncExternalStore } from 'react'
import { texts } from '../texts.ts'

const UNITS: [unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
]
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'short' })
const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })

/** One timer for every time on the page. */
let now = Date.now()
const listeners = new Set<() => void>()
setInterval(() => {
  now = Date.now()
  for (const listener of listeners) listener()
}, 1_000)

function subscribe(listener: () => void) {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

function relativeTo(time: number, from: number): string {
  const seconds = Math.round((time - from) / 1000)
  const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1]
  return relative.format(Math.trunc(seconds / size), unit)
}

/** A time as its distance from now, in the person's zone and in UTC on hover. Null shows `never`. */
export function Time({ at, never = texts.time.never }: { at: string | null; never?: string }) {
  const text = useSyncExternalStore(subscribe, () => (at === null ? never : relativeTo(Date.parse(at), now)))
  if (at === null) return <span className="muted">{text}</span>
  const date = new Date(at)
  return (
    <time dateTime={at} title={`${absolute.format(date)}\n${date.toISOString()} (UTC)`}>
      {text}
    </time>
  )
}
