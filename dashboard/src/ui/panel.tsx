import { type ReactNode, useContext, useId } from 'react'
import { OperationButton, type Sent, SentBy } from './operation.tsx'

interface Props {
  title: string
  /** Stands at the right of the title. */
  aside?: ReactNode
  /** The operation of the panel, for readers who want to send it themselves. Default: that of the answer around it. */
  sent?: Sent | undefined
  /** True leaves out the padding, for tables. */
  bare?: boolean
  children: ReactNode
}

/** A titled part of a page. */
export function Panel({ title, aside, sent, bare, children }: Props) {
  const id = useId()
  const around = useContext(SentBy)
  const shown = sent ?? around
  return (
    <section className="panel" aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        <div className="row">
          {aside}
          {shown !== undefined && <OperationButton sent={shown} />}
        </div>
      </header>
      {bare ? children : <div className="panel-body">{children}</div>}
    </section>
  )
}
