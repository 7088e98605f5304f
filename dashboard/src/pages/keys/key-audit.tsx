import { keyAudit } from '../../graph/operations.ts'
import { useRead } from '../../graph/use-operation.ts'
import { texts } from '../../texts.ts'
import { Panel } from '../../ui/panel.tsx'
import { Answered } from '../../ui/states.tsx'
import { useEvery } from '../../ui/use-every.ts'
import { AuditTable } from '../audit/audit-table.tsx'

const REFRESH_MS = 10_000

/** Changes of a key, and refused tries to change it. */
export function KeyAudit({ id }: { id: string }) {
  const answer = useRead(keyAudit, { id })
  useEvery(REFRESH_MS, answer.refresh)
  return (
    <Panel title={texts.keys.audit} sent={answer.sent} bare>
      <Answered answer={answer}>{({ auditEntries: { nodes } }) => <AuditTable entries={nodes} />}</Answered>
    </Panel>
  )
}
