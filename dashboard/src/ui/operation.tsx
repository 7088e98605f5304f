import { createContext, useState } from 'react'
import type { Operation } from '../graph/operations.ts'
import { useSession } from '../graph/use-session.ts'
import { texts } from '../texts.ts'
import { Button } from './button.tsx'
import { Copy } from './copy.tsx'
import { Dialog } from './dialog.tsx'
import { Tabs } from './tabs.tsx'

export interface Sent {
  operation: Operation<unknown, never>
  variables: object
}

/** The operation whose answer the content below shows. */
export const SentBy = createContext<Sent | undefined>(undefined)

const FORMS = ['GraphQL', 'curl', 'TypeScript'] as const
type FormName = (typeof FORMS)[number]

/** Shows the persisted operation of a panel in forms that other programs can send. */
export function OperationButton({ sent }: { sent: Sent }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Button
        kind="quiet"
        aria-label={texts.operation.title}
        title={texts.operation.title}
        onClick={() => setOpen(true)}
      >
        {'{ }'}
      </Button>
      {isOpen && <OperationDialog sent={sent} onClose={() => setOpen(false)} />}
    </>
  )
}

function OperationDialog({ sent, onClose }: { sent: Sent; onClose: () => void }) {
  const { viewer } = useSession()
  const [form, setForm] = useState<FormName>('GraphQL')
  const text = write(form, sent, viewer.organization.id)
  return (
    <Dialog title={texts.operation.title} size="wide" onClose={onClose}>
      <p className="muted">{texts.operation.hint}</p>
      <Tabs
        label={texts.operation.title}
        tabs={FORMS.map((name) => [name, name])}
        selected={form}
        onSelect={(name) => setForm(name as FormName)}
      />
      <pre className="code">{text}</pre>
      <div className="actions">
        <Copy text={text} />
        <Button onClick={onClose}>{texts.actions.close}</Button>
      </div>
    </Dialog>
  )
}

/** The operation in one form; the key is left for the reader to fill in. */
export function write(form: FormName, { operation, variables }: Sent, organizationId: string): string {
  const { documentId, body } = operation
  const request = JSON.stringify({ documentId, variables }, null, 2)
  const url = `${location.origin}/graphql`
  switch (form) {
    case 'GraphQL':
      return `${body.replaceAll(/^\s*__typename\n/gm, '')}\n\n# ${texts.operation.variables}\n${JSON.stringify(variables, null, 2)}`
    case 'curl':
      return [
        `curl ${url}`,
        `-H 'Authorization: Bearer <key>'`,
        `-H 'Signalbox-Organization: ${organizationId}'`,
        `-H 'Content-Type: application/json'`,
        `--data '${request.replaceAll("'", "'\\''")}'`,
      ].join(' \\\n  ')
    case 'TypeScript':
      return `const response = await fetch('${url}', {
  method: 'POST',
  headers: { authorization: \`Bearer \${process.env.SIGNALBOX_KEY}\`, 'content-type': 'application/json' },
  body: JSON.stringify(${request.replaceAll('\n', '\n  ')}),
})
const { data, errors } = await response.json()`
  }
}
