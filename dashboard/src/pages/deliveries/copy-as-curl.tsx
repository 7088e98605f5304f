import { texts } from '../../texts.ts'
import { Button } from '../../ui/button.tsx'
import { Code } from '../../ui/code.tsx'
import { Copy } from '../../ui/copy.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import type { Attempt } from './attempts.tsx'
import { curlOf } from './curl.ts'

const words = texts.deliveries.curl

/** The newest recorded request as a command for a terminal. */
export function CopyAsCurl(props: { attempt: Attempt | undefined; body: string; onClose: () => void }) {
  const { attempt, body, onClose } = props
  return (
    <Dialog title={words.title} size="wide" onClose={onClose}>
      {attempt?.request == null ? (
        <p className="notice" data-tone="warn">
          {words.nothing}
        </p>
      ) : (
        <Command attempt={attempt} request={attempt.request} body={body} />
      )}
      <div className="actions">
        <Button onClick={onClose}>{texts.actions.close}</Button>
      </div>
    </Dialog>
  )
}

type CommandProps = { attempt: Attempt; request: NonNullable<Attempt['request']>; body: string }

function Command({ attempt, request, body }: CommandProps) {
  const { command, missing } = curlOf(request, body)
  return (
    <>
      <p className="muted">{words.hint(attempt.number)}</p>
      {missing.map((sentence) => (
        <p key={sentence} className="notice" data-tone="warn">
          {sentence}
        </p>
      ))}
      <Code testId="curl">{command}</Code>
      <div className="row">
        <Copy text={command} label={words.copy} />
      </div>
    </>
  )
}
