import { useLocation } from 'wouter'
import { endpointName } from '../../graph/endpoint-name.ts'
import { endpoints } from '../../graph/operations.ts'
import { useRead } from '../../graph/use-operation.ts'
import { useSession } from '../../graph/use-session.ts'
import { texts } from '../../texts.ts'
import { Button } from '../../ui/button.tsx'
import { SelectField } from '../../ui/field.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { TimeField } from '../../ui/time-field.tsx'
import { toast } from '../../ui/toasts.tsx'
import type { useFilters } from '../../ui/use-filters.ts'

const words = texts.deliveries
const STATUSES = [['', words.filters.all], ...Object.entries(words.status)] as const

/** Filters of deliveries, which are in the address. */
export function DeliveryFilters({ filters }: { filters: ReturnType<typeof useFilters> }) {
  const { can } = useSession()
  const [, navigate] = useLocation()
  const { get, set } = filters

  /** An event is a filter; a delivery is a page. */
  function find(id: string) {
    if (id === '' || id.startsWith('evt_')) set('event', id)
    else if (id.startsWith('dlv_')) navigate(`/deliveries/${id}`)
    else toast(words.badId, 'bad')
  }

  return (
    <search className="filters">
      <SelectField
        label={words.filters.status}
        options={STATUSES}
        value={get('status')}
        onChange={(event) => set('status', event.target.value)}
      />
      {can('webhooks:read') && <EndpointSelect value={get('endpoint')} onChange={(id) => set('endpoint', id)} />}
      <SearchField
        label={words.filters.type}
        value={get('type')}
        placeholder="invoice.paid"
        onSearch={(text) => set('type', text)}
      />
      <SearchField
        isId
        label={words.filters.principal}
        value={get('principal')}
        placeholder={words.filters.principalHint}
        onSearch={(text) => set('principal', text)}
      />
      <SearchField
        isId
        label={words.filters.id}
        value={get('event')}
        placeholder={words.filters.idHint}
        onSearch={find}
      />
      <TimeField label={words.filters.from} value={filters.given('from')} onChange={(at) => set('from', at)} />
      <TimeField label={words.filters.to} value={filters.given('to')} onChange={(at) => set('to', at)} />
      {!filters.isEmpty && <Button onClick={filters.clear}>{words.filters.clear}</Button>}
    </search>
  )
}

function EndpointSelect({ value, onChange }: { value: string; onChange: (id: string) => void }) {
  const { data } = useRead(endpoints, { filter: {}, first: 100 })
  const known = (data?.webhookEndpoints.nodes ?? []).map((endpoint) => [endpoint.id, endpointName(endpoint)] as const)
  // A link may name a deleted endpoint, or one of very many.
  const other = value === '' || known.some(([id]) => id === value) ? [] : [[value, value] as const]
  return (
    <SelectField
      label={words.filters.endpoint}
      options={[['', words.filters.all], ...other, ...known]}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  )
}
