import { useMemo, useState } from 'react'
import { useLocation } from 'wouter'
import { type EventTypesQuery, eventTypes } from '../../graph/operations.ts'
import { useRead } from '../../graph/use-operation.ts'
import { useSession } from '../../graph/use-session.ts'
import { texts } from '../../texts.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { SelectField } from '../../ui/field.tsx'
import { ListPanel } from '../../ui/list-panel.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { Answered } from '../../ui/states.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { useFilters } from '../../ui/use-filters.ts'
import { AddCatalogue } from './add-catalogue.tsx'
import { EditEventType } from './edit-event-type.tsx'

const words = texts.eventTypes
const { columns: titles } = words
type Row = EventTypesQuery['eventTypes']['nodes'][number]

const COLUMNS: readonly Column<Row>[] = [
  { title: titles.name, cell: ({ name }) => name },
  { title: titles.category, cell: ({ category }) => category },
  { title: titles.description, cell: ({ description }) => <span className="cell-line">{description}</span> },
  {
    title: titles.source,
    cell: ({ source, deprecated }) => (
      <span className="row">
        {words.source[source]}
        {deprecated && <Badge tone="warn">{words.deprecated}</Badge>}
      </span>
    ),
  },
  { title: titles.updated, cell: ({ updatedAt }) => <Time at={updatedAt} /> },
]

/** The catalogue of event types: own ones, and those of the operator. */
export default function EventTypes() {
  const { can } = useSession()
  const filters = useFilters()
  const [isCreating, setCreating] = useState(false)
  const [, navigate] = useLocation()
  const [search, category, deprecated] = [filters.get('search'), filters.get('category'), filters.get('deprecated')]
  const after = filters.given('after')
  const filter = useMemo(
    () => ({
      ...(search && { search }),
      ...(category && { category }),
      ...(deprecated && { deprecated: deprecated === 'yes' }),
    }),
    [search, category, deprecated],
  )
  const answer = useRead(eventTypes, { filter, first: 50, ...(after && { after }) })
  return (
    <>
      <div className="page-head">
        <h1>{words.title}</h1>
        {can('events:write') && (
          <div className="row">
            <Catalogues onImported={answer.refresh} />
            <Button kind="primary" onClick={() => setCreating(true)}>
              {words.create}
            </Button>
          </div>
        )}
      </div>
      <div className="filters">
        <SearchField label={words.filters.search} value={search} onSearch={(text) => filters.set('search', text)} />
        <SearchField
          label={words.filters.category}
          value={category}
          onSearch={(text) => filters.set('category', text)}
        />
        <SelectField
          label={words.filters.deprecated}
          options={words.yesNo}
          value={deprecated}
          onChange={(event) => filters.set('deprecated', event.target.value)}
        />
      </div>
      <Answered answer={answer}>
        {({ eventTypes: list }) => (
          <ListPanel words={words} list={list} filters={filters}>
            <Table
              label={words.title}
              columns={COLUMNS}
              rows={list.nodes}
              keyOf={(row) => row.id}
              hrefOf={(row) => `/event-types/${row.id}`}
            />
          </ListPanel>
        )}
      </Answered>
      {isCreating && (
        <EditEventType onClose={() => setCreating(false)} onSaved={(id) => navigate(`/event-types/${id}`)} />
      )}
    </>
  )
}

/** Starter catalogues, each registered by one click. */
function Catalogues({ onImported }: { onImported: () => void }) {
  return words.catalogues.map(([name, text]) => (
    <AddCatalogue key={name} name={name} text={text} onAdded={onImported} />
  ))
}
