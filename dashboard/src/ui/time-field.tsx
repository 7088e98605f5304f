import { TextField } from './field.tsx'

interface Props {
  label: string
  /** A time in ISO 8601; undefined or empty without one. */
  value: string | undefined
  onChange: (time: string | undefined) => void
}

/** A filter of a time, in the zone of the person. */
export function TimeField({ label, value, onChange }: Props) {
  return (
    <TextField
      key={value}
      type="datetime-local"
      label={label}
      defaultValue={value === undefined ? '' : toLocal(value)}
      onBlur={(event) => onChange(toIso(event.target.value))}
      onKeyDown={(event) => event.key === 'Enter' && onChange(toIso(event.currentTarget.value))}
    />
  )
}

/** A time as the input writes it: local, to the minute. */
export function toLocal(iso: string): string {
  const time = new Date(iso)
  const local = new Date(time.getTime() - time.getTimezoneOffset() * 60_000)
  return Number.isNaN(local.getTime()) ? '' : local.toISOString().slice(0, 16)
}

/** @returns undefined for an empty or an incomplete input */
export function toIso(local: string): string | undefined {
  const time = new Date(local)
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString()
}
