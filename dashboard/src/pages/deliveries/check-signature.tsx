import { type FormEvent, useState } from 'react'
import { toBytes, type Verdict, verifySignature } from '../../signature.ts'
import { texts } from '../../texts.ts'
import { Button } from '../../ui/button.tsx'
import { Code } from '../../ui/code.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { TextAreaField, TextField } from '../../ui/field.tsx'
import { VerdictBadge, verdictText } from '../../ui/verdict-badge.tsx'
import type { Attempt } from './attempts.tsx'

const words = texts.deliveries.signature

interface Props {
  attempt: Attempt | undefined
  body: string
  /** Public keys of the endpoint; empty for schemes with a secret. */
  publicKeys: readonly string[]
  onClose: () => void
}

/**
 * Checks the signature of a request in the tab. The headers are those that the attempt recorded, or those that the
 * person's own server logged.
 */
export function CheckSignature({ attempt, body, publicKeys, onClose }: Props) {
  const [verdict, setVerdict] = useState<Verdict>()

  async function check(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const keys = { secret: String(form.get('secret') ?? '').trim(), publicKeys }
    setVerdict(await verifySignature({ headers: readHeaders(String(form.get('headers'))), body: toBytes(body) }, keys))
  }

  return (
    <Dialog title={words.title} size="wide" onClose={onClose}>
      <form className="stack" onSubmit={check} onChange={() => setVerdict(undefined)}>
        <p className="muted">{publicKeys.length > 0 ? words.hintPublic : words.hint}</p>
        {publicKeys.length > 0 ? (
          <Code>{publicKeys.join('\n')}</Code>
        ) : (
          <TextField label={words.secret} name="secret" type="password" autoComplete="off" hint={words.secretHint} />
        )}
        <TextAreaField
          label={words.headers}
          name="headers"
          rows={4}
          spellCheck={false}
          defaultValue={signatureHeaders(attempt)}
          hint={attempt?.request == null ? words.noHeaders : words.headersHint(attempt.number)}
        />
        {verdict !== undefined && (
          <p className="notice" role="status" data-tone={'scheme' in verdict ? 'good' : 'bad'}>
            <span>{verdictText(verdict)}</span>
            <VerdictBadge verdict={verdict} />
          </p>
        )}
        <div className="actions">
          <Button onClick={onClose}>{texts.actions.close}</Button>
          <Button kind="primary" type="submit">
            {words.submit}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

const signatureHeaders = (attempt: Attempt | undefined): string =>
  (attempt?.request?.headers ?? [])
    .filter(({ name }) => /^(x-)?webhook-/.test(name))
    .map(({ name, value }) => `${name}: ${value}`)
    .join('\n')

/** Lines of `name: value`. */
const readHeaders = (text: string) =>
  text.split('\n').flatMap((line) => {
    const [, name, value] = /^([^:]+):(.*)$/.exec(line.trim()) ?? []
    return name === undefined || value === undefined ? [] : [{ name: name.trim(), value: value.trim() }]
  })
