import type { ButtonHTMLAttributes, ReactNode } from 'react'

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: 'primary' | 'danger' | 'quiet' | 'text'
  children: ReactNode
}

/** A button; inside a form only with `type="submit"` does it send the form. */
export function Button({ kind, type = 'button', ...props }: Props) {
  return <button {...props} type={type} className="button" data-kind={kind} />
}
