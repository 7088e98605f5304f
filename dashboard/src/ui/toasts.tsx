import { useSyncExternalStore } from 'react'
import { texts } from '../texts.ts'
import { Button } from './button.tsx'

interface Toast {
  id: number
  text: string
  tone: 'good' | 'bad'
}

/** Time that a toast is shown; a fault takes longer to read. */
const SHOWN_MS = { good: 6_000, bad: 10_000 }
/** Older toasts give way, so that a stream of them never covers the page. */
const AT_MOST = 4
let toasts: readonly Toast[] = []
let lastId = 0
const listeners = new Set<() => void>()

function change(next: readonly Toast[]): void {
  toasts = next
  for (const listener of listeners) listener()
}

const dismiss = (id: number) => change(toasts.filter((toast) => toast.id !== id))

/** Tells something that needs no answer, for a while. */
export function toast(text: string, tone: Toast['tone'] = 'good'): void {
  const id = ++lastId
  change([...toasts, { id, text, tone }].slice(-AT_MOST))
  setTimeout(() => dismiss(id), SHOWN_MS[tone])
}

function subscribe(listener: () => void) {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

export function Toasts() {
  const shown = useSyncExternalStore(subscribe, () => toasts)
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map(({ id, text, tone }) => (
        <div key={id} className="toast" data-tone={tone}>
          <span>{text}</span>
          <Button kind="quiet" onClick={() => dismiss(id)} aria-label={texts.actions.dismiss}>
            ×
          </Button>
        </div>
      ))}
    </div>
  )
}
