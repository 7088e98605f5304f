import { useState } from 'react'
import { endpointSettingTexts as settingTexts } from '../../texts/endpoint-settings.ts'
import { Button } from '../../ui/button.tsx'
import { SelectField, TextAreaField, TextField } from '../../ui/field.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import {
  type Comparison,
  type Comparisons,
  needsValue,
  newComparison,
  OPERATORS,
  toComparisons,
  toPredicate,
} from './predicate-form.ts'

const words = settingTexts.predicate

interface Props {
  /** The predicate to begin with. */
  predicate: unknown
  faultOf: (field: string) => string | undefined
}

const write = (predicate: unknown) => (predicate == null ? '' : JSON.stringify(predicate, null, 2))

/** The JSON of comparisons. A number that cannot be sent exactly is left to the check of the form. */
function writeRows(comparisons: Comparisons): string {
  try {
    return write(toPredicate(comparisons))
  } catch {
    return words.inexactMark
  }
}

/** Edits the predicate of an endpoint as rows, or as JSON. The form reads the JSON from the field `predicate`. */
export function PredicateEditor({ predicate, faultOf }: Props) {
  const [comparisons, setComparisons] = useState(() => toComparisons(predicate))
  const [text, setText] = useState(() => write(predicate))
  const mode = comparisons === undefined ? 'json' : 'rows'

  function change(next: Comparisons): void {
    setComparisons(next)
    setText(writeRows(next))
  }

  function switchTo(next: string): void {
    try {
      const isJson = next === 'json'
      setComparisons(isJson ? undefined : toComparisons(text.trim() === '' ? null : JSON.parse(text)))
    } catch {
      // The text is no JSON yet; it stays until it is.
    }
  }

  return (
    <fieldset className="group">
      <legend>{words.title}</legend>
      <p className="hint">{words.hint}</p>
      <Tabs label={words.forms} tabs={words.modes} selected={mode} onSelect={switchTo} />
      {comparisons === undefined ? (
        <TextAreaField
          label={words.json}
          name="predicate"
          rows={8}
          value={text}
          onChange={(event) => setText(event.target.value)}
          hint={words.jsonHint}
          fault={faultOf('predicate')}
        />
      ) : (
        <>
          <input type="hidden" name="predicate" value={text} />
          <Rows comparisons={comparisons} onChange={change} faultOf={faultOf} />
        </>
      )}
    </fieldset>
  )
}

function Rows({
  comparisons: { join, rows },
  onChange,
  faultOf,
}: {
  comparisons: Comparisons
  onChange: (next: Comparisons) => void
  faultOf: Props['faultOf']
}) {
  const replace = (changed: Comparison) =>
    onChange({ join, rows: rows.map((row) => (row.id === changed.id ? changed : row)) })
  return (
    <>
      {rows.length > 1 && (
        <SelectField
          label={words.join}
          options={words.joins}
          value={join}
          onChange={(event) => onChange({ join: event.target.value as 'and' | 'or', rows })}
        />
      )}
      {rows.map((row, index) => (
        <fieldset key={row.id} className="entry" aria-label={words.condition(index + 1)}>
          <TextField
            label={words.path}
            value={row.path}
            fault={faultOf(`predicate.${join}.${index}`)}
            onChange={(event) => replace({ ...row, path: event.target.value })}
          />
          <SelectField
            label={words.operator}
            options={OPERATORS.map((operator) => [operator, words.operators[operator]] as const)}
            value={row.operator}
            onChange={(event) => replace({ ...row, operator: event.target.value as Comparison['operator'] })}
          />
          {needsValue(row.operator) && (
            <TextField
              label={row.operator.endsWith('in') ? words.values : words.value}
              value={row.value}
              onChange={(event) => replace({ ...row, value: event.target.value })}
            />
          )}
          <Button
            aria-label={words.remove(index + 1)}
            onClick={() => onChange({ join, rows: rows.filter(({ id }) => id !== row.id) })}
          >
            ×
          </Button>
        </fieldset>
      ))}
      {rows.length === 0 && <p className="muted">{words.none}</p>}
      {rows.length > 0 && <p className="hint">{words.valueHint}</p>}
      {faultOf('predicate') !== undefined && rows.every((_row, index) => !faultOf(`predicate.${join}.${index}`)) && (
        <p className="fault">{faultOf('predicate')}</p>
      )}
      <div>
        <Button onClick={() => onChange({ join, rows: [...rows, newComparison()] })}>{words.add}</Button>
      </div>
    </>
  )
}
