import type { KeyboardEvent, ReactNode } from 'react'
import { Link } from 'wouter'

export interface Column<Row> {
  title: string
  isNumber?: boolean
  cell: (row: Row) => ReactNode
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
}

/** A plain table: the arrow keys move between the links of its rows. */
export function Table<Row>({ label, columns, rows, keyOf, hrefOf, isFresh }: Props<Row>) {
  return (
    <div className="table-scroll">
      <table className="table" aria-label={label} onKeyDown={moveBetweenRows}>
        <thead>
          <tr>
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
              {columns.map(({ title, isNumber, cell }, index) => (
                <td key={title} className={isNumber ? 'number' : undefined}>
                  {index === 0 && hrefOf !== undefined ? <Link href={hrefOf(row)}>{cell(row)}</Link> : cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 }

function moveBetweenRows(event: KeyboardEvent<HTMLTableElement>): void {
  const step = STEPS[event.key]
  if (step === undefined || !(event.target instanceof HTMLAnchorElement)) return
  const links = [...event.currentTarget.querySelectorAll<HTMLAnchorElement>('tbody tr td:first-child a')]
  const index = links.indexOf(event.target)
  if (index < 0) return
  event.preventDefault()
  links[index + step]?.focus()
}
