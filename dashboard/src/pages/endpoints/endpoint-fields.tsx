import type { EndpointRow } from '../../graph/rows.ts'
import { useSession } from '../../graph/use-session.ts'
import { texts } from '../../texts.ts'
import { SelectField, TextAreaField, TextField } from '../../ui/field.tsx'
import { formatRetries } from './endpoint-facts.tsx'
import { HeaderRows } from './header-rows.tsx'
import { MatchPreview } from './match-preview.tsx'
import { PredicateEditor } from './predicate-editor.tsx'

const words = texts.endpoints.form

interface Props {
  /** The endpoint to edit; undefined for a new one. */
  endpoint?: EndpointRow
  faultOf: (field: string) => string | undefined
}

/** Fields that a new and an edited endpoint share. */
export function EndpointFields({ endpoint, faultOf }: Props) {
  const { can } = useSession()
  const isStream = endpoint?.kind === 'STREAM'
  return (
    <>
      {!isStream && (
        <TextField
          label={words.url}
          name="url"
          type="url"
          required
          autoFocus
          placeholder="https://example.com/webhooks"
          defaultValue={endpoint?.url ?? ''}
          hint={words.urlHint}
          fault={faultOf('url')}
        />
      )}
      <TextField
        label={words.description}
        name="description"
        defaultValue={endpoint?.description}
        fault={faultOf('description')}
      />
      <fieldset className="group">
        <legend>{words.filter}</legend>
        <div className="fields">
          <TextAreaField
            label={words.eventTypes}
            name="eventTypes"
            required
            rows={3}
            defaultValue={endpoint?.eventTypes.join('\n') ?? '*'}
            hint={words.eventTypesHint}
            fault={faultOf('eventTypes')}
          />
          <TextAreaField
            label={words.channels}
            name="channels"
            rows={3}
            defaultValue={endpoint?.channels.join('\n')}
            hint={words.channelsHint}
            fault={faultOf('channels')}
          />
        </div>
        <PredicateEditor predicate={endpoint?.predicate ?? null} faultOf={faultOf} />
        {can('events:read') && <MatchPreview />}
      </fieldset>
      {!isStream && <HeaderRows names={endpoint?.headerNames ?? []} faultOf={faultOf} />}
      <Limits endpoint={endpoint} faultOf={faultOf} />
      {endpoint === undefined && <SelectField label={words.scheme} name="signatureScheme" options={words.schemes} />}
    </>
  )
}

function Limits({ endpoint, faultOf }: { endpoint: EndpointRow | undefined; faultOf: Props['faultOf'] }) {
  const presets = endpoint === undefined ? [] : [['', words.keepRetries(formatRetries(endpoint.retryPolicy))] as const]
  return (
    <fieldset className="group">
      <legend>{words.limits}</legend>
      <SelectField
        label={words.preset}
        name="preset"
        options={[...presets, ...words.presets]}
        fault={faultOf('retryPolicy')}
      />
      <div className="fields">
        <TextField
          label={words.timeout}
          name="timeoutSeconds"
          type="number"
          defaultValue={endpoint?.timeoutSeconds ?? 30}
          fault={faultOf('timeoutSeconds')}
        />
        {endpoint?.kind !== 'STREAM' && (
          <TextField
            label={words.rateLimit}
            name="rateLimit"
            type="number"
            defaultValue={endpoint?.rateLimit ?? ''}
            hint={words.rateLimitHint}
            fault={faultOf('rateLimit')}
          />
        )}
        <TextField
          label={words.concurrency}
          name="maxConcurrency"
          type="number"
          defaultValue={endpoint?.maxConcurrency ?? 64}
          fault={faultOf('maxConcurrency')}
        />
        <TextField
          label={words.disableAfter}
          name="disableAfterFailures"
          type="number"
          defaultValue={endpoint === undefined ? 10 : (endpoint.disableAfterFailures ?? '')}
          hint={words.disableAfterHint}
          fault={faultOf('disableAfterFailures')}
        />
      </div>
    </fieldset>
  )
}
