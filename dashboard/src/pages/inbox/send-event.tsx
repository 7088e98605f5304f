import { useMemo, useState } from 'react'
import { endpointName } from '../../graph/endpoint-name.ts'
import { exactJson, indentJson, isJson } from '../../graph/json-text.ts'
import { type EventTypesQuery, eventPublish, eventType, eventTypes } from '../../graph/operations.ts'
import type { EventTypeRow } from '../../graph/rows.ts'
import { type Outcome, useChange, useRead } from '../../graph/use-operation.ts'
import { texts } from '../../texts.ts'
import { SelectField, TextAreaField } from '../../ui/field.tsx'
import { Form } from '../../ui/form.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { Loading } from '../../ui/states.tsx'
import { toast } from '../../ui/toasts.tsx'

const words = texts.inbox.send
/** Types in the list; among more, the person searches. */
const TYPES_SHOWN = 100
/** Shown first, because every product has users. */
const FAVOURITE = 'user.created'

type Type = EventTypesQuery['eventTypes']['nodes'][number]

interface Props {
  types: readonly Type[]
  /** Makes the tab an endpoint, if it is none yet. */
  onOpen: () => Promise<Outcome<{ channel: string }>>
}

/** Publishes an event of a chosen type for this tab, with the example of the type or with other data. */
export function SendEvent({ types, onOpen }: Props) {
  const [search, setSearch] = useState('')
  const [chosen, setChosen] = useState<string>()
  const found = useRead(eventTypes, { filter: { deprecated: false, search }, first: TYPES_SHOWN }, { pause: !search })
  const shown = search === '' ? types : (found.data?.eventTypes.nodes ?? [])
  const id = shown.find((type) => type.id === chosen)?.id ?? firstOf(shown)?.id
  const answer = useRead(eventType, { id: id ?? '' }, { pause: id === undefined })
  const { send } = useChange(eventPublish)
  const node = answer.data?.node
  const details = node?.__typename === 'EventType' && node.id === id ? node : undefined

  async function publish(type: string, form: FormData): Promise<Outcome<unknown>> {
    const data = String(form.get('data'))
    if (!isJson(data)) return { refusal: { code: 'VALIDATION_FAILED', message: '', issues: { data: words.notJson } } }
    const opened = await onOpen()
    if ('refusal' in opened) return opened
    return send({ input: { type, data: exactJson(data), channels: [opened.payload.channel] } })
  }

  return (
    <>
      {types.length === TYPES_SHOWN && <SearchField label={words.search} value={search} onSearch={setSearch} />}
      <SelectField
        label={words.type}
        options={shown.map(({ id, name }) => [id, name] as const)}
        value={id}
        onChange={(event) => setChosen(event.target.value)}
      />
      {details === undefined ? (
        id !== undefined && <Loading />
      ) : (
        <Form
          key={details.id}
          submit={words.submit}
          send={(form) => publish(details.name, form)}
          onDone={() => toast(words.sent)}
        >
          {(faultOf) => (
            <>
              <TextAreaField
                label={words.data}
                name="data"
                rows={9}
                spellCheck={false}
                defaultValue={textOf(details)}
                hint={details.example === null ? words.noExample : words.dataHint}
                fault={faultOf('data')}
              />
              <OtherReceivers type={details} />
            </>
          )}
        </Form>
      )}
    </>
  )
}

const firstOf = (types: readonly Type[]) => types.find(({ name }) => name === FAVOURITE) ?? types[0]

const textOf = ({ example }: EventTypeRow): string => (example === null ? '{}' : indentJson(JSON.stringify(example)))

/** Endpoints besides this tab that get the event. Those with channels do not, because the event has one of its own. */
function OtherReceivers({ type: { webhookEndpoints } }: { type: EventTypeRow }) {
  const { nodes, total } = webhookEndpoints
  const others = useMemo(() => nodes.filter(({ channels }) => channels.length === 0), [nodes])
  const names = others.slice(0, 3).map(endpointName).join(', ')
  if (others.length === 0) return null
  if (others.length === 1 && total.count <= nodes.length)
    return (
      <p className="notice" data-tone="warn">
        {words.oneOther(names)}
      </p>
    )
  const count =
    total.count > nodes.length ? texts.total({ count: others.length, isExact: false }) : String(others.length)
  return (
    <p className="notice" data-tone="warn">
      {words.others(count, names)}
    </p>
  )
}
