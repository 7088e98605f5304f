import { Link } from 'wouter'
import { eventTypes } from '../../graph/operations.ts'
import { useRead } from '../../graph/use-operation.ts'
import { useSession } from '../../graph/use-session.ts'
import { texts } from '../../texts.ts'
import { Panel } from '../../ui/panel.tsx'
import { AddCatalogue } from '../event-types/add-catalogue.tsx'

const words = texts.overview.start

/** Leads a new organization to its first delivery. */
export function FirstSteps() {
  const { can } = useSession()
  const { data, refresh } = useRead(eventTypes, { filter: {}, first: 1 })
  const hasTypes = data !== undefined && data.eventTypes.nodes.length > 0
  if (data === undefined || !can('events:write') || !can('webhooks:write')) return null
  return (
    <Panel title={words.title}>
      <div className="row spread">
        <p className="muted">{hasTypes ? words.hint : texts.inbox.noTypesHint}</p>
        <div className="row">
          <Link href="/endpoints">{words.endpoint}</Link>
          {hasTypes ? (
            <Link className="button" data-kind="primary" href="/inbox">
              {texts.inbox.action}
            </Link>
          ) : (
            <AddCatalogue kind="primary" onAdded={refresh} />
          )}
        </div>
      </div>
    </Panel>
  )
}
