import { useState } from 'react'
import { Link } from 'wouter'
import { eventTypes, type SignatureScheme } from '../../graph/operations.ts'
import { useRead } from '../../graph/use-operation.ts'
import { useSession } from '../../graph/use-session.ts'
import { texts } from '../../texts.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Copy } from '../../ui/copy.tsx'
import { Facts } from '../../ui/facts.tsx'
import { SelectField } from '../../ui/field.tsx'
import { LiveMark } from '../../ui/live-mark.tsx'
import { Panel } from '../../ui/panel.tsx'
import { Answered, Empty, NoPermission } from '../../ui/states.tsx'
import { AddCatalogue } from '../event-types/add-catalogue.tsx'
import type { Answering } from './listen.ts'
import { ReceivedDeliveries } from './received.tsx'
import { SendEvent } from './send-event.tsx'
import { type OpenInbox, useInbox } from './use-inbox.ts'

const words = texts.inbox
const NEEDED = ['webhooks:write', 'events:write', 'deliveries:write']

/** The tab as an endpoint: it receives, verifies and answers what the person sends to it. */
export default function Inbox() {
  const { can } = useSession()
  const missing = NEEDED.find((permission) => !can(permission))
  return missing === undefined ? <InboxTab /> : <NoPermission permission={missing} />
}

function InboxTab() {
  const { can } = useSession()
  const [answering, setAnswering] = useState<Answering>('ACCEPT')
  const [scheme, setScheme] = useState<SignatureScheme>('STANDARD')
  const { inbox, ended, state, deliveries, open, close } = useInbox(answering)
  const types = useRead(eventTypes, { filter: { deprecated: false }, first: 100 })
  const isOpen = inbox !== undefined && ended === undefined

  return (
    <>
      <div className="page-head">
        <h1>{words.title}</h1>
        {isOpen ? <LiveMark state={state} /> : <Badge tone="idle">{words.closed}</Badge>}
      </div>
      <p className="muted">{words.hint}</p>
      {ended !== undefined && (
        <p className="notice" data-tone="warn" role="alert">
          <span>{ended}</span>
          <Button onClick={close}>{words.reopen}</Button>
        </p>
      )}
      <Answered answer={types}>
        {({ eventTypes: { nodes } }) =>
          nodes.length === 0 ? (
            <Empty title={words.noTypes} hint={words.noTypesHint}>
              <AddCatalogue kind="primary" onAdded={types.refresh} />
              <Link href="/event-types">{texts.eventTypes.create}</Link>
            </Empty>
          ) : (
            <div className="columns">
              <div className="stack">
                <Panel title={words.send.title}>
                  <div className="stack">
                    <Answers selected={answering} onSelect={setAnswering} />
                    <SendEvent types={nodes} onOpen={async () => (isOpen ? { payload: inbox } : open(scheme))} />
                  </div>
                </Panel>
                <Panel title={words.endpoint.title}>
                  <div className="stack">
                    <SelectField
                      label={words.scheme.title}
                      options={words.scheme.options}
                      value={scheme}
                      disabled={isOpen}
                      hint={isOpen ? words.scheme.fixed : undefined}
                      onChange={(event) => setScheme(event.target.value as SignatureScheme)}
                    />
                    {isOpen && <EndpointFacts inbox={inbox} isDeleted={can('webhooks:delete')} onClose={close} />}
                  </div>
                </Panel>
              </div>
              <Panel title={words.received} bare>
                {deliveries.length === 0 ? (
                  <Empty title={words.empty} hint={words.emptyHint} />
                ) : (
                  deliveries.map((entry) => (
                    <ReceivedDeliveries key={entry.delivery.id} entry={entry} answering={answering} />
                  ))
                )}
              </Panel>
            </div>
          )
        }
      </Answered>
    </>
  )
}

function Answers({ selected, onSelect }: { selected: Answering; onSelect: (answering: Answering) => void }) {
  return (
    <fieldset className="choices">
      <legend>{words.answer.title}</legend>
      {words.answer.options.map(([value, text, effect]) => (
        <label key={value} className="row">
          <input type="radio" name="answering" checked={value === selected} onChange={() => onSelect(value)} />
          <span>{text}</span>
          <span className="hint">{effect}</span>
        </label>
      ))}
    </fieldset>
  )
}

interface FactsProps {
  inbox: OpenInbox
  /** True when the page deletes the endpoint at its end. */
  isDeleted: boolean
  onClose: () => void
}

function EndpointFacts({ inbox: { endpointId, secret, publicKeys }, isDeleted, onClose }: FactsProps) {
  const { id, publicKey, lives, livesOn, ...rest } = words.endpoint
  const key = secret ?? publicKeys.join('\n')
  return (
    <>
      <Facts
        facts={[
          [id, <code key="id">{endpointId}</code>],
          [
            secret === null ? publicKey : rest.secret,
            <span key="key" className="row">
              <code data-testid="inbox-key">{key}</code> <Copy text={key} />
            </span>,
          ],
        ]}
      />
      <p className="hint">{isDeleted ? lives : livesOn}</p>
      <div className="actions">
        <Button onClick={onClose}>{rest.close}</Button>
      </div>
    </>
  )
}
