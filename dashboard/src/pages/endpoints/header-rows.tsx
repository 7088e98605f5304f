import { useState } from 'react'
import { endpointSettingTexts as settingTexts } from '../../texts/endpoint-settings.ts'
import { Button } from '../../ui/button.tsx'
import { TextField } from '../../ui/field.tsx'

const words = settingTexts.headers
let lastId = 0
const rowOf = (name: string) => ({ id: ++lastId, name })

interface Props {
  /** Names of the headers that the endpoint has; their values cannot be read. */
  names: readonly string[]
  faultOf: (field: string) => string | undefined
}

/** Headers of the own requests as rows. Stored ones stay as they are until the person replaces all of them. */
export function HeaderRows({ names, faultOf }: Props) {
  const [isReplacing, setReplacing] = useState(names.length === 0)
  const [rows, setRows] = useState(() => names.map(rowOf))
  return (
    <fieldset className="group">
      <legend>{words.title}</legend>
      {isReplacing ? (
        <>
          <input type="hidden" name="replacesHeaders" value="true" />
          {rows.map((row, index) => (
            <fieldset key={row.id} className="entry" aria-label={words.row(index + 1)}>
              <TextField
                label={words.name}
                name="headerName"
                defaultValue={row.name}
                autoComplete="off"
                fault={faultOf(`headers.${index}.name`)}
              />
              <TextField
                label={words.value}
                name="headerValue"
                autoComplete="off"
                fault={faultOf(`headers.${index}.value`)}
              />
              <Button
                aria-label={words.remove(index + 1)}
                onClick={() => setRows(rows.filter(({ id }) => id !== row.id))}
              >
                ×
              </Button>
            </fieldset>
          ))}
          <p className="hint">{rows.length === 0 ? words.none : words.hint}</p>
          <div>
            <Button onClick={() => setRows([...rows, rowOf('')])}>{words.add}</Button>
          </div>
        </>
      ) : (
        <div className="row spread">
          <span>
            <code>{names.join(', ')}</code> <span className="muted">{words.unreadable}</span>
          </span>
          <Button onClick={() => setReplacing(true)}>{words.replace}</Button>
        </div>
      )}
    </fieldset>
  )
}
