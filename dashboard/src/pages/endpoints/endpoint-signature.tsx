import { useState } from 'react'
import type { EndpointRow } from '../../graph/rows.ts'
import { useSession } from '../../graph/use-session.ts'
import { endpointSettingTexts as settingTexts } from '../../texts/endpoint-settings.ts'
import { texts } from '../../texts.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Copy } from '../../ui/copy.tsx'
import { Panel } from '../../ui/panel.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { Time } from '../../ui/time.tsx'
import { RotateSecret } from './rotate-secret.tsx'
import { LANGUAGES, type Language, snippetOf } from './verify-snippets.ts'

const words = settingTexts.signature
type Secret = EndpointRow['secrets'][number]

const COLUMNS: readonly Column<Secret>[] = [
  {
    title: words.columns.state,
    cell: ({ isSigning, expiresAt }) => (
      <Badge tone={!isSigning ? 'idle' : expiresAt === null ? 'good' : 'warn'}>
        {!isSigning ? words.expired : expiresAt === null ? words.current : words.leaving}
      </Badge>
    ),
  },
  { title: words.columns.created, cell: ({ createdAt }) => <Time at={createdAt} /> },
  { title: words.columns.expires, cell: ({ expiresAt }) => <Time at={expiresAt} never={words.untilReplaced} /> },
]
const PUBLIC_KEY: Column<Secret> = {
  title: words.columns.publicKey,
  cell: ({ publicKey }) => publicKey !== null && <Copy text={publicKey} label={words.copyKey} />,
}

/** Secrets of an endpoint in their rotation, and code that verifies its requests. */
export function EndpointSignature({ endpoint, onChanged }: { endpoint: EndpointRow; onChanged: () => void }) {
  const { can } = useSession()
  const [isRotating, setRotating] = useState(false)
  const [language, setLanguage] = useState<Language>('TypeScript')
  const { signatureScheme: scheme, secrets } = endpoint
  const snippet = snippetOf(scheme, language)
  return (
    <Panel
      title={words.title}
      aside={
        can('webhooks:write') && <Button onClick={() => setRotating(true)}>{texts.endpoints.rotate.action}</Button>
      }
    >
      <div className="stack">
        <p className="muted">{new Map<string, string>(texts.endpoints.form.schemes).get(scheme)}</p>
        <Table
          label={words.secrets}
          columns={scheme === 'STANDARD_ED25519' ? [...COLUMNS, PUBLIC_KEY] : COLUMNS}
          rows={secrets}
          keyOf={({ id }) => id}
        />
        <h3>{words.verify}</h3>
        <Tabs
          label={words.language}
          tabs={LANGUAGES.map((name) => [name, name])}
          selected={language}
          onSelect={(name) => setLanguage(name as Language)}
        />
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled text is reached by keyboard */}
        <pre className="code snippet" data-testid="snippet" tabIndex={0}>
          {snippet}
        </pre>
        <div className="row spread">
          <span className="hint">{words.rawBody}</span>
          <Copy text={snippet} />
        </div>
      </div>
      {isRotating && (
        <RotateSecret
          id={endpoint.id}
          onClose={() => {
            setRotating(false)
            onChanged()
          }}
        />
      )}
    </Panel>
  )
}
