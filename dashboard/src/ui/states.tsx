import type { ReactNode } from 'react'
import type { Answer, Fault } from '../graph/use-operation.ts'
import { texts } from '../texts.ts'
import { Button } from './button.tsx'
import { type Sent, SentBy } from './operation.tsx'

export function Loading() {
  return (
    <div className="empty" role="status">
      <span className="muted pulse">{texts.states.loading} …</span>
    </div>
  )
}

export function Empty({ title, hint, children }: { title: string; hint?: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {hint !== undefined && <p>{hint}</p>}
      {children}
    </div>
  )
}

export function Failed({ fault, onRetry }: { fault: Fault; onRetry: () => void }) {
  return (
    <div className="empty" role="alert">
      <h2>{texts.states.failed}</h2>
      <p>{fault.code === 'NETWORK' ? texts.states.offline : fault.message}</p>
      <Button onClick={onRetry}>{texts.states.retry}</Button>
    </div>
  )
}

export function NoPermission({ permission }: { permission: string }) {
  return <Empty title={texts.states.noPermission} hint={texts.states.noPermissionHint(permission)} />
}

interface AnsweredProps<Data> {
  answer: Pick<Answer<Data>, 'data' | 'fault' | 'refresh'> & { sent: Sent }
  children: (data: Data) => ReactNode
}

/**
 * The content of an answer, or the state in its place. Content that was shown before stays while it is read again. The
 * panels of the content show its operation.
 */
export function Answered<Data>({ answer, children }: AnsweredProps<Data>) {
  if (answer.data !== undefined) return <SentBy value={answer.sent}>{children(answer.data)}</SentBy>
  if (answer.fault !== undefined) return <Failed fault={answer.fault} onRetry={answer.refresh} />
  return <Loading />
}
