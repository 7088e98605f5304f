import { type ReactNode, type SyntheticEvent, useEffect, useId, useRef } from 'react'

/** A modal dialog of the browser: it keeps the focus inside, Escape closes it, and the focus returns to its opener. */
export function Dialog({
  title,
  size,
  isKept,
  onClose,
  children,
}: {
  title: string
  size?: 'wide'
  /** True while Escape must not close it, because its content is not shown again. */
  isKept?: boolean
  onClose: () => void
  children: ReactNode
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    const opener = document.activeElement
    dialog.current?.showModal()
    return () => {
      if (opener instanceof HTMLElement) opener.focus()
    }
  }, [])
  const keep = (event: SyntheticEvent) => isKept && event.preventDefault()
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      data-size={size}
      onClose={onClose}
      onCancel={keep}
      // A second Escape asks no dialog for its consent.
      onKeyDown={(event) => event.key === 'Escape' && keep(event)}
    >
      <div>
        <h1 id={id}>{title}</h1>
        {children}
      </div>
    </dialog>
  )
}
