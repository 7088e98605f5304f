import { texts } from '../texts.ts'
import { Button } from './button.tsx'
import { Copy } from './copy.tsx'
import { Dialog } from './dialog.tsx'

/** A secret, which leaves with this dialog, by its button only. */
export function SecretOnce({ title, secret, onClose }: { title: string; secret: string; onClose: () => void }) {
  return (
    <Dialog title={title} isKept onClose={onClose}>
      <p className="notice" data-tone="warn">
        {texts.secretOnce}
      </p>
      <pre className="code" data-testid="secret">
        {secret}
      </pre>
      <div className="actions">
        <Copy text={secret} />
        <Button kind="primary" onClick={onClose}>
          {texts.actions.stored}
        </Button>
      </div>
    </Dialog>
  )
}
