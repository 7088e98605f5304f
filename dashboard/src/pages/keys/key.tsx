import { key, keyUpdates } from '../../graph/operations.ts'
import { useRead } from '../../graph/use-operation.ts'
import { useSession } from '../../graph/use-session.ts'
import { useUpdates } from '../../graph/use-updates.ts'
import { texts } from '../../texts.ts'
import { Panel } from '../../ui/panel.tsx'
import { Answered, Empty } from '../../ui/states.tsx'
import { KeyActions } from './key-actions.tsx'
import { KeyAudit } from './key-audit.tsx'
import { KeyFacts } from './key-facts.tsx'
import { KeyStatus } from './key-status.tsx'
import { KeyUse } from './key-use.tsx'
import { PermissionTable } from './permission-editor.tsx'

const words = texts.keys

/** One API key with everything about it. */
export default function Key({ id }: { id: string }) {
  const { can } = useSession()
  const answer = useRead(key, { id })
  useUpdates(keyUpdates, {}, ({ apiKeyUpdates: { gap, apiKey } }) => {
    if (gap || apiKey?.id === id) answer.refresh()
  })
  return (
    <Answered answer={answer}>
      {({ node }) =>
        node?.__typename === 'ApiKey' ? (
          <>
            <div className="page-head">
              <div className="row">
                <h1>{node.name}</h1>
                <KeyStatus status={node.status} />
              </div>
              <KeyActions apiKey={node} onChanged={answer.refresh} />
            </div>
            {node.status === 'ACTIVE' && node.creatorIsMember === false && (
              <p className="notice" data-tone="warn">
                {words.creatorLeft(node.createdBy.name)}
              </p>
            )}
            <div className="columns">
              <Panel title={words.about}>
                <KeyFacts apiKey={node} />
              </Panel>
              <Panel title={words.permissions.title} bare>
                <PermissionTable permissions={node.permissions} />
              </Panel>
            </div>
            {can('usage:read') && <KeyUse id={id} />}
            {can('audit:read') && <KeyAudit id={id} />}
          </>
        ) : (
          <Empty title={texts.states.notFound} hint={texts.states.notFoundHint} />
        )
      }
    </Answered>
  )
}
