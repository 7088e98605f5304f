import { TextField } from './field.tsx'

interface Props {
  label: string
  value: string
  placeholder?: string
  onSearch: (text: string) => void
}

/** A filter of free text, which counts when the person presses Enter or leaves the field. */
export function SearchField({ label, value, placeholder, onSearch }: Props) {
  const search = (text: string) => text.trim() !== value && onSearch(text.trim())
  return (
    <TextField
      key={value}
      type="search"
      label={label}
      defaultValue={value}
      placeholder={placeholder}
      onKeyDown={(event) => event.key === 'Enter' && search(event.currentTarget.value)}
      onBlur={(event) => search(event.currentTarget.value)}
    />
  )
}
