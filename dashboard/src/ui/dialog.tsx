import { type ReactNode, useEffect, useId, useRef } from 'react'

/** A modal dialog of the browser: it keeps the focus inside, and Escape closes it. */
export function Dialog({
  title,
  size,
  onClose,
  children,
}: {
  title: string
  size?: 'wide'
  onClose: () => void
  children: ReactNode
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} aria-labelledby={id} data-size={size} onClose={onClose}>
      <div>
        <h1 id={id}>{title}</h1>
        {children}
      </div>
    </dialog>
  )
}
