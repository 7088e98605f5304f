import { type ReactNode, useId } from 'react'

/** A titled part of a page. `aside` stands at the right of the title. */
export function Panel({
  title,
  aside,
  children,
  bare,
}: {
  title: string
  aside?: ReactNode
  children: ReactNode
  bare?: boolean
}) {
  const id = useId()
  return (
    <section className="panel" aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {aside !== undefined && <div className="row">{aside}</div>}
      </header>
      {bare ? children : <div className="panel-body">{children}</div>}
    </section>
  )
}
