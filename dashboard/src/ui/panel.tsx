import { type ReactNode, useId } from 'react'
import { OperationButton, type Sent } from './operation.tsx'

interface Props {
  title: string
  /** Stands at the right of the title. */
  aside?: ReactNode
  /** The operation that the panel shows, for readers who want to send it themselves. */
  sent?: Sent | undefined
  /** True leaves out the padding, for tables. */
  bare?: boolean
  children: ReactNode
}

/** A titled part of a page. */
export function Panel({ title, aside, sent, bare, children }: Props) {
  const id = useId()
  return (
    <section className="panel" aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        <div className="row">
          {aside}
          {sent !== undefined && <OperationButton sent={sent} />}
        </div>
      </header>
      {bare ? children : <div className="panel-body">{children}</div>}
    </section>
  )
}
