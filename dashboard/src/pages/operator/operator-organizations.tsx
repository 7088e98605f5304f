import { formatShare } from '../../graph/format.ts'
import {
  type OperatorOrganizationOrder,
  type OperatorOrganizationsQuery,
  operatorOrganizations,
} from '../../graph/operations.ts'
import { useRead } from '../../graph/use-operation.ts'
import { texts } from '../../texts.ts'
import type { Tone } from '../../ui/badge.tsx'
import { SelectField } from '../../ui/field.tsx'
import { Pager } from '../../ui/pager.tsx'
import { Panel } from '../../ui/panel.tsx'
import { Answered } from '../../ui/states.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { useEvery } from '../../ui/use-every.ts'
import { useFilters } from '../../ui/use-filters.ts'
import { tierText } from '../keys/key-status.tsx'

const words = texts.operator
const { columns: titles } = words
const REFRESH_MS = 5_000
type Row = OperatorOrganizationsQuery['operatorOrganizations']['nodes'][number]

/** A value of a heat table: the tone only underlines what the value says. */
function Heat({ tone, children }: { tone: Tone | undefined; children: string }) {
  return (
    <span className="heat" data-tone={tone}>
      {children}
    </span>
  )
}

const toneOfShare = (share: number | null): Tone | undefined =>
  share === null || share < 0.05 ? undefined : share < 0.5 ? 'warn' : 'bad'
const toneOfCount = (count: number): Tone | undefined => (count === 0 ? undefined : 'warn')
const LATE_MS = { warn: 60_000, bad: 600_000 }

function toneOfDue(oldestDueAt: string | null): Tone | undefined {
  const lateMs = oldestDueAt === null ? 0 : Date.now() - Date.parse(oldestDueAt)
  return lateMs < LATE_MS.warn ? undefined : lateMs < LATE_MS.bad ? 'warn' : 'bad'
}

const COLUMNS: readonly Column<Row>[] = [
  {
    title: titles.name,
    cell: ({ organization: { name, plan } }) => (
      <>
        <span className="cell-line">{name}</span>
        <span className="cell-line muted">{texts.settings.plans[plan] ?? plan}</span>
      </>
    ),
  },
  {
    title: titles.oldest,
    cell: ({ oldestDueAt }) => (
      <span className="heat" data-tone={toneOfDue(oldestDueAt)}>
        <Time at={oldestDueAt} never="–" />
      </span>
    ),
  },
  { title: titles.waiting, isNumber: true, cell: ({ waiting }) => texts.total(waiting) },
  {
    title: titles.failing,
    isNumber: true,
    cell: ({ failingEndpoints }) => (
      <Heat tone={toneOfCount(failingEndpoints)}>{failingEndpoints.toLocaleString()}</Heat>
    ),
  },
  {
    title: titles.failures,
    isNumber: true,
    cell: ({ failureShareToday }) => (
      <Heat tone={toneOfShare(failureShareToday)}>{formatShare(failureShareToday)}</Heat>
    ),
  },
  {
    title: titles.lastHour,
    isNumber: true,
    cell: ({ failureShareLastHour }) => (
      <Heat tone={toneOfShare(failureShareLastHour)}>{formatShare(failureShareLastHour)}</Heat>
    ),
  },
  {
    title: titles.limits,
    isNumber: true,
    cell: ({ limitHitsToday }) => <Heat tone={toneOfCount(limitHitsToday)}>{limitHitsToday.toLocaleString()}</Heat>,
  },
  { title: titles.requests, isNumber: true, cell: ({ requestsToday }) => requestsToday.toLocaleString() },
  {
    title: titles.tiers,
    cell: ({ keysByTier }) =>
      keysByTier.length === 0
        ? '–'
        : keysByTier.map(({ tier, count }) => (
            <span key={tier ?? ''} className="cell-line">
              {tierText(tier)} {count.toLocaleString()}
            </span>
          )),
  },
]

/** Every organization with what shows trouble; a row leads into the organization, to read. */
export function OperatorOrganizations() {
  const filters = useFilters()
  const [order, after] = [filters.get('order'), filters.given('after')]
  const answer = useRead(operatorOrganizations, {
    first: 50,
    ...(order && { orderBy: order as OperatorOrganizationOrder }),
    ...(after && { after }),
  })
  useEvery(REFRESH_MS, answer.refresh)
  return (
    <Panel
      title={words.organizations}
      sent={answer.sent}
      aside={
        <SelectField
          label={words.order}
          options={words.orders}
          value={order}
          onChange={(event) => filters.set('order', event.target.value)}
        />
      }
      bare
    >
      <Answered answer={answer}>
        {({ operatorOrganizations: { nodes, pageInfo } }) => (
          <>
            <Table
              label={words.organizations}
              columns={COLUMNS}
              rows={nodes}
              keyOf={({ organization }) => organization.id}
              hrefOf={({ organization }) => `~/dashboard/${organization.id}`}
            />
            <Pager pageInfo={pageInfo} after={after} onPage={(cursor) => filters.set('after', cursor)} />
          </>
        )}
      </Answered>
    </Panel>
  )
}
