import { endpointName } from '../../graph/endpoint-name.ts'
import { endpoints } from '../../graph/operations.ts'
import { useRead } from '../../graph/use-operation.ts'
import { useSession } from '../../graph/use-session.ts'
import { texts } from '../../texts.ts'
import { SelectField } from '../../ui/field.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import type { useFilters } from '../../ui/use-filters.ts'

const words = texts.deadLetters
const { columns: titles, filters: labels } = texts.deliveries
/** Endpoints that the list offers. */
const ENDPOINTS = 100
/** States of deliveries whose last failure is indexed. */
const HAS_ERROR = ['DEAD', 'RETRYING']

/** Filters of the page, in its address. */
export function DeadLetterFilters({ filters }: { filters: ReturnType<typeof useFilters> }) {
  const { can } = useSession()
  const endpointId = filters.get('endpoint')
  const pause = !can('webhooks:read')
  const found = useRead(endpoints, { filter: {}, first: ENDPOINTS }, { pause }).data?.webhookEndpoints.nodes ?? []
  const names = found.map((endpoint) => [endpoint.id, endpoint.description || endpointName(endpoint)] as const)
  const isKnown = endpointId === '' || names.some(([id]) => id === endpointId)
  return (
    <div className="filters">
      <SelectField
        label={words.status}
        options={words.states}
        value={filters.get('status') || 'DEAD'}
        onChange={(event) => filters.set('status', event.target.value)}
      />
      <SearchField label={labels.type} value={filters.get('type')} onSearch={(text) => filters.set('type', text)} />
      <SelectField
        label={titles.endpoint}
        options={[['', labels.all], ...names, ...(isKnown ? [] : [[endpointId, endpointId] as const])]}
        value={endpointId}
        onChange={(event) => filters.set('endpoint', event.target.value)}
      />
      {HAS_ERROR.includes(filters.get('status') || 'DEAD') && (
        <SelectField
          label={words.error}
          options={[['', labels.all], ...words.errors.map((code) => [code, words.errorNames[code]] as const)]}
          value={filters.get('error')}
          onChange={(event) => filters.set('error', event.target.value)}
        />
      )}
    </div>
  )
}
