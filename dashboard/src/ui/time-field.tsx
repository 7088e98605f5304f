import { TextField } from './field.tsx'

interface Props {
  label: string
  /** Time in ISO 8601; empty for none. */
  value: string
  onChange: (value: string) => void
}

/** A filter by time, entered in the zone of the person. */
export function TimeField({ label, value, onChange }: Props) {
  return (
    <TextField
      key={value}
      type="datetime-local"
      label={label}
      defaultValue={value && toLocal(value)}
      onBlur={(event) => change(event.target.value)}
      onKeyDown={(event) => event.key === 'Enter' && change(event.currentTarget.value)}
    />
  )

  function change(local: string) {
    const next = local === '' ? '' : new Date(local).toISOString()
    if (next !== value) onChange(next)
  }
}

/** `2026-11-28T18:30` in the zone of the person. */
function toLocal(iso: string): string {
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return ''
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
