interface Props {
  label: string
  /** Pairs of value and text. */
  tabs: readonly (readonly [value: string, text: string])[]
  selected: string
  onSelect: (value: string) => void
}

/** Choices of which one holds; each is a button, so that Tab and Enter work as everywhere. */
export function Tabs({ label, tabs, selected, onSelect }: Props) {
  return (
    <fieldset className="tabs">
      <legend className="hidden-text">{label}</legend>
      {tabs.map(([value, text]) => (
        <button key={value} type="button" aria-pressed={value === selected} onClick={() => onSelect(value)}>
          {text}
        </button>
      ))}
    </fieldset>
  )
}
