import { useMemo } from 'react'
import { type EventsQuery, events } from '../../graph/operations.ts'
import { useRead } from '../../graph/use-operation.ts'
import { texts } from '../../texts.ts'
import { Button } from '../../ui/button.tsx'
import { ListPanel } from '../../ui/list-panel.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { Answered } from '../../ui/states.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { TimeField } from '../../ui/time-field.tsx'
import { useFilters } from '../../ui/use-filters.ts'

const words = texts.events
const { columns: titles } = words
type Row = EventsQuery['events']['nodes'][number]

const COLUMNS: readonly Column<Row>[] = [
  { title: titles.type, cell: ({ type }) => type },
  { title: titles.id, cell: ({ id }) => <code>{id}</code> },
  { title: titles.channels, cell: ({ channels }) => channels.join(', ') },
  { title: titles.key, cell: ({ idempotencyKey }) => <span className="cell-line mono">{idempotencyKey}</span> },
  {
    title: titles.by,
    cell: ({ publishedBy }) =>
      publishedBy && <span className="cell-line">{publishedBy.name || publishedBy.principalId}</span>,
  },
  { title: titles.created, cell: ({ createdAt }) => <Time at={createdAt} /> },
]

/** Stored events, newest first. */
export default function Events() {
  const filters = useFilters()
  const [type, id, key] = [filters.get('type'), filters.get('id'), filters.get('key')]
  const [publishedById, from, to] = [filters.get('principal'), filters.get('from'), filters.get('to')]
  const after = filters.given('after')
  const filter = useMemo(
    () => ({
      ...(type && { types: [type] }),
      ...(id && { id }),
      ...(key && { idempotencyKey: key }),
      ...(publishedById && { publishedById }),
      ...(from && { from }),
      ...(to && { to }),
    }),
    [type, id, key, publishedById, from, to],
  )
  const answer = useRead(events, { filter, first: 50, ...(after && { after }) })
  return (
    <>
      <div className="page-head">
        <h1>{words.title}</h1>
      </div>
      <search className="filters">
        <SearchField label={words.filters.type} value={type} onSearch={(text) => filters.set('type', text)} />
        <SearchField isId label={words.filters.id} value={id} onSearch={(text) => filters.set('id', text)} />
        <SearchField label={words.filters.key} value={key} onSearch={(text) => filters.set('key', text)} />
        <SearchField
          isId
          label={words.filters.principal}
          value={publishedById}
          placeholder={words.filters.principalHint}
          onSearch={(text) => filters.set('principal', text)}
        />
        <TimeField
          label={words.filters.from}
          value={filters.given('from')}
          onChange={(at) => filters.set('from', at)}
        />
        <TimeField label={words.filters.to} value={filters.given('to')} onChange={(at) => filters.set('to', at)} />
        {!filters.isEmpty && <Button onClick={filters.clear}>{words.filters.clear}</Button>}
      </search>
      <Answered answer={answer}>
        {({ events: list }) => (
          <ListPanel words={words} list={list} filters={filters}>
            <Table
              label={words.title}
              columns={COLUMNS}
              rows={list.nodes}
              keyOf={(row) => row.id}
              hrefOf={(row) => `/events/${row.id}`}
            />
          </ListPanel>
        )}
      </Answered>
    </>
  )
}
