import { useState } from 'react'
import { recoveryCodesRegenerate, totpConfirm, totpDisable, totpEnrol } from '../../graph/operations.ts'
import { useChange } from '../../graph/use-operation.ts'
import { texts } from '../../texts.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Confirm } from '../../ui/confirm.tsx'
import { Copy } from '../../ui/copy.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'
import { Form } from '../../ui/form.tsx'
import { Panel } from '../../ui/panel.tsx'
import { toast } from '../../ui/toasts.tsx'

const words = texts.account.twoFactor

export interface Enrolment {
  secret: string
  qrSvg: string
}

/** Begins an enrolment. Resolves to undefined, after a sentence, when it is refused. */
export function useEnrol(): () => Promise<Enrolment | undefined> {
  const { send } = useChange(totpEnrol)
  return async () => {
    const outcome = await send({})
    if ('refusal' in outcome) toast(outcome.refusal.message, 'bad')
    else if (outcome.payload.__typename === 'TotpEnrolPayload') return outcome.payload
  }
}

interface TwoFactorProps {
  isEnabled: boolean
  /** Recovery codes that were not used; undefined when the number is not known. */
  codesLeft?: number | undefined
  onChanged: () => void
}

/** Recovery codes of which new ones should be made. */
const FEW_CODES = 3

/** Adds or removes the authenticator of the person, and makes new recovery codes. */
export function TwoFactor({ isEnabled, codesLeft, onChanged }: TwoFactorProps) {
  const [disabling, regenerating] = [useChange(totpDisable), useChange(recoveryCodesRegenerate)]
  const enrol = useEnrol()
  const [isRegenerating, setRegenerating] = useState(false)
  const [enrolment, setEnrolment] = useState<Enrolment>()
  const [codes, setCodes] = useState<readonly string[]>()
  const [isRemoving, setRemoving] = useState(false)

  async function regenerate() {
    const outcome = await regenerating.send({})
    if ('payload' in outcome && outcome.payload.__typename === 'RecoveryCodesRegeneratePayload')
      setCodes(outcome.payload.recoveryCodes)
    return outcome
  }

  async function disable() {
    const outcome = await disabling.send({})
    if ('payload' in outcome) onChanged()
    return outcome
  }

  return (
    <Panel title={words.title}>
      <div className="row spread">
        <div>
          <p className="row">
            <Badge tone={isEnabled ? 'good' : 'warn'}>{isEnabled ? words.on : words.off}</Badge>
            {isEnabled && codesLeft !== undefined && words.codesLeft(codesLeft)}
          </p>
          <p className="muted">{words.hint}</p>
        </div>
        <div className="row">
          {!isEnabled && <Button onClick={async () => setEnrolment(await enrol())}>{words.enrol}</Button>}
          {isEnabled && <Button onClick={() => setRegenerating(true)}>{words.regenerate}</Button>}
          {isEnabled && (
            <Button kind="danger" onClick={() => setRemoving(true)}>
              {words.disable}
            </Button>
          )}
        </div>
      </div>
      {isEnabled && codesLeft !== undefined && codesLeft <= FEW_CODES && (
        <p className="notice" data-tone="warn">
          {words.fewCodes}
        </p>
      )}
      {enrolment !== undefined && codes === undefined && (
        <ConfirmEnrolment enrolment={enrolment} onClose={() => setEnrolment(undefined)} onConfirmed={setCodes} />
      )}
      {codes !== undefined && (
        <RecoveryCodes
          codes={codes}
          onClose={() => {
            setCodes(undefined)
            setEnrolment(undefined)
            onChanged()
          }}
        />
      )}
      {isRegenerating && (
        <Confirm
          title={words.regenerateTitle}
          action={words.regenerate}
          done={words.regenerated}
          onClose={() => setRegenerating(false)}
          send={regenerate}
        >
          <p>{words.regenerateEffect}</p>
        </Confirm>
      )}
      {isRemoving && (
        <Confirm
          title={words.disableTitle}
          action={words.disable}
          done={words.disabled}
          onClose={() => setRemoving(false)}
          send={disable}
        >
          <p>{words.disableEffect}</p>
        </Confirm>
      )}
    </Panel>
  )
}

/** Shows the seed as an image, because the policy of the page allows no markup from strings. */
export function ConfirmEnrolment(props: {
  enrolment: Enrolment
  onClose: () => void
  onConfirmed: (codes: readonly string[]) => void
}) {
  const { send } = useChange(totpConfirm)
  const { secret, qrSvg } = props.enrolment
  return (
    <Dialog title={words.enrol} onClose={props.onClose}>
      <p>{words.scan}</p>
      <img className="qr" alt={secret} src={`data:image/svg+xml;utf8,${encodeURIComponent(qrSvg)}`} />
      <div className="row">
        <code>{secret}</code>
        <Copy text={secret} />
      </div>
      <Form
        submit={words.confirm}
        onCancel={props.onClose}
        send={(form) => send({ input: { code: String(form.get('code')) } })}
        onDone={(payload) => {
          if (payload.__typename === 'TotpConfirmPayload') props.onConfirmed(payload.recoveryCodes)
        }}
      >
        {(faultOf) => (
          <TextField
            label={words.code}
            name="code"
            inputMode="numeric"
            autoComplete="one-time-code"
            required
            autoFocus
            fault={faultOf('code')}
          />
        )}
      </Form>
    </Dialog>
  )
}

export function RecoveryCodes({ codes, onClose }: { codes: readonly string[]; onClose: () => void }) {
  const text = codes.join('\n')
  return (
    <Dialog title={words.codesTitle} isKept onClose={onClose}>
      <p className="notice" data-tone="warn">
        {words.codesHint}
      </p>
      <pre className="code" data-testid="recovery-codes">
        {text}
      </pre>
      <div className="actions">
        <Copy text={text} />
        <Button kind="primary" onClick={onClose}>
          {texts.actions.stored}
        </Button>
      </div>
    </Dialog>
  )
}
