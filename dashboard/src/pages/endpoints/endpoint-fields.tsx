import type { RetryPreset } from '../../graph/operations.ts'
import { texts } from '../../texts.ts'
import { SelectField, TextAreaField, TextField } from '../../ui/field.tsx'
import type { EndpointRow } from './endpoint.tsx'

const words = texts.endpoints.form

interface Props {
  /** The endpoint to edit; undefined for a new one. */
  endpoint?: EndpointRow
  faultOf: (field: string) => string | undefined
}

/** Fields that a new and an edited endpoint share. */
export function EndpointFields({ endpoint, faultOf }: Props) {
  return (
    <>
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
      <TextField
        label={words.description}
        name="description"
        defaultValue={endpoint?.description}
        fault={faultOf('description')}
      />
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
        rows={2}
        defaultValue={endpoint?.channels.join('\n')}
        hint={words.channelsHint}
        fault={faultOf('channels')}
      />
      <div className="columns">
        <TextField
          label={words.timeout}
          name="timeoutSeconds"
          type="number"
          min={1}
          defaultValue={endpoint?.timeoutSeconds ?? 30}
          fault={faultOf('timeoutSeconds')}
        />
        <TextField
          label={words.rateLimit}
          name="rateLimit"
          type="number"
          min={1}
          defaultValue={endpoint?.rateLimit ?? ''}
          hint={words.rateLimitHint}
          fault={faultOf('rateLimit')}
        />
      </div>
      {endpoint === undefined && (
        <>
          <SelectField label={words.preset} name="preset" options={words.presets} />
          <SelectField label={words.scheme} name="signatureScheme" options={words.schemes} />
        </>
      )}
    </>
  )
}

const listOf = (form: FormData, name: string): string[] =>
  String(form.get(name) ?? '')
    .split(/\s+/)
    .filter((entry) => entry !== '')

/** The shared fields of a form as input. */
export function readEndpoint(form: FormData) {
  const rateLimit = String(form.get('rateLimit'))
  return {
    url: String(form.get('url')),
    description: String(form.get('description')),
    eventTypes: listOf(form, 'eventTypes'),
    channels: listOf(form, 'channels'),
    timeoutSeconds: Number(form.get('timeoutSeconds')),
    rateLimit: rateLimit === '' ? null : Number(rateLimit),
  }
}

export const readPreset = (form: FormData) => ({ preset: form.get('preset') as RetryPreset })
