import { useEffect, useRef, useState } from 'react'
import { TextField } from './field.tsx'

/** Pause after which a typed text counts. */
const PAUSE_MS = 300
const WHOLE_ID = /^([a-z]+_[0-9a-z]{26})?$/

interface Props {
  label: string
  value: string
  placeholder?: string
  /** True for ids, which count while they are typed only once they are whole. */
  isId?: boolean
  onSearch: (text: string) => void
}

/** A filter of free text, which counts when the person pauses, presses Enter or leaves the field. */
export function SearchField({ label, value, placeholder, isId = false, onSearch }: Props) {
  const [text, setText] = useState(value)
  const [before, setBefore] = useState(value)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const latest = useRef(onSearch)
  latest.current = onSearch
  useEffect(() => () => clearTimeout(timer.current), [])
  if (value !== before) {
    setBefore(value)
    // Text that is typed meanwhile stays, also a blank at its end.
    if (value !== text.trim()) setText(value)
  }

  function search(next: string) {
    clearTimeout(timer.current)
    if (next.trim() !== value) latest.current(next.trim())
  }

  function type(next: string) {
    setText(next)
    clearTimeout(timer.current)
    if (isId && !WHOLE_ID.test(next.trim())) return
    timer.current = setTimeout(() => latest.current(next.trim()), PAUSE_MS)
  }

  return (
    <TextField
      type="search"
      label={label}
      value={text}
      placeholder={placeholder}
      onChange={(event) => type(event.target.value)}
      onKeyDown={(event) => event.key === 'Enter' && search(text)}
      onBlur={() => search(text)}
    />
  )
}
