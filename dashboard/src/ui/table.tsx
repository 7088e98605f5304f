import type { KeyboardEvent, ReactNode } from 'react'
import { Link } from 'wouter'

export interface Column<Row> {
  title: string
  isNumber?: boolean
  /** True when the cell leads to the page of the row as well. */
  isLink?: boolean
  cell: (row: Row) => ReactNode
}

/** Rows that a person chose, by their keys. */
interface Selection<Row> {
  selected: ReadonlySet<string>
  onSelect: (keys: ReadonlySet<string>) => void
  /** Name of the box of a row for screen readers. */
  labelOf: (row: Row) => string
  /** Name of the box of all rows. */
  labelOfAll: string
}

interface Props<Row> {
  /** Name of the table for screen readers. */
  label: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  keyOf: (row: Row) => string
  /** Page of a row, linked from its first cell. */
  hrefOf?: (row: Row) => string
  /** True for rows that appeared or changed just now. */
  isFresh?: (row: Row) => boolean
  /** Gives every row a box in front. */
  selection?: Selection<Row> | undefined
}

/** A plain table: the arrow keys move between the links of its rows. */
export function Table<Row>({ label, columns, rows, keyOf, hrefOf, isFresh, selection }: Props<Row>) {
  return (
    <div className="table-scroll">
      <table className="table" aria-label={label} onKeyDown={moveBetweenRows}>
        <thead>
          <tr>
            {selection !== undefined && (
              <th scope="col" className="choice">
                <SelectAll keys={rows.map(keyOf)} selection={selection} />
              </th>
            )}
            {columns.map(({ title, isNumber }) => (
              <th key={title} scope="col" className={isNumber ? 'number' : undefined}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)} data-fresh={isFresh?.(row) || undefined}>
              {selection !== undefined && (
                <td className="choice">
                  <Select row={row} id={keyOf(row)} selection={selection} />
                </td>
              )}
              {columns.map(({ title, isNumber, isLink, cell }, index) => (
                <td key={title} className={isNumber ? 'number' : undefined}>
                  {index === 0 && hrefOf !== undefined ? (
                    <Link href={hrefOf(row)} data-row="">
                      {cell(row)}
                    </Link>
                  ) : isLink && hrefOf !== undefined ? (
                    // The keyboard meets each row once.
                    <Link href={hrefOf(row)} tabIndex={-1}>
                      {cell(row)}
                    </Link>
                  ) : (
                    cell(row)
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function SelectAll<Row>({ keys, selection }: { keys: readonly string[]; selection: Selection<Row> }) {
  const { selected, onSelect, labelOfAll } = selection
  const count = keys.filter((key) => selected.has(key)).length
  return (
    <input
      type="checkbox"
      aria-label={labelOfAll}
      checked={count > 0 && count === keys.length}
      ref={(box) => {
        if (box !== null) box.indeterminate = count > 0 && count < keys.length
      }}
      onChange={(event) => onSelect(new Set(event.target.checked ? keys : []))}
    />
  )
}

function Select<Row>({ row, id, selection }: { row: Row; id: string; selection: Selection<Row> }) {
  const { selected, onSelect, labelOf } = selection
  return (
    <input
      type="checkbox"
      aria-label={labelOf(row)}
      checked={selected.has(id)}
      onChange={(event) => {
        const next = new Set(selected)
        if (event.target.checked) next.add(id)
        else next.delete(id)
        onSelect(next)
      }}
    />
  )
}

const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 }

function moveBetweenRows(event: KeyboardEvent<HTMLTableElement>): void {
  const step = STEPS[event.key]
  if (step === undefined || !(event.target instanceof HTMLAnchorElement)) return
  const links = [...event.currentTarget.querySelectorAll<HTMLAnchorElement>('tbody a[data-row]')]
  const index = links.indexOf(event.target)
  if (index < 0) return
  event.preventDefault()
  links[index + step]?.focus()
}
