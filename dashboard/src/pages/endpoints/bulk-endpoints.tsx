import { useState } from 'react'
import { endpointName } from '../../graph/endpoint-name.ts'
import {
  type EndpointsQuery,
  endpointDelete,
  endpointDisable,
  endpointEnable,
  type HeldDeliveries,
} from '../../graph/operations.ts'
import { useChange } from '../../graph/use-operation.ts'
import { texts } from '../../texts.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { SelectField } from '../../ui/field.tsx'
import { toast } from '../../ui/toasts.tsx'
import { type Change, EndpointImpact } from './endpoint-impact.tsx'

const words = texts.endpoints.bulk
type Row = EndpointsQuery['webhookEndpoints']['nodes'][number]

/** The endpoints that a change would change. */
const affects = (change: Change, { enabled }: Row): boolean =>
  change === 'delete' || (change === 'disable' ? enabled : !enabled)

interface Props {
  change: Change
  rows: readonly Row[]
  /** @param failed ids of endpoints that were not changed */
  onClose: (failed: readonly string[]) => void
}

/** Changes several endpoints, one request each, after a look at the effect. Names the fault of each one that stayed as it was. */
export function BulkEndpoints({ change, rows, onClose }: Props) {
  const [chosen] = useState(() => rows.filter((row) => affects(change, row)))
  const [heldDeliveries, setHeld] = useState<HeldDeliveries>('RELEASE')
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, string | null>>()
  const [disabling, enabling, deleting] = [
    useChange(endpointDisable),
    useChange(endpointEnable),
    useChange(endpointDelete),
  ]
  const isRunning = outcomes !== undefined && outcomes.size < chosen.length
  const failed = [...(outcomes ?? [])].filter(([, fault]) => fault !== null).map(([id]) => id)

  async function run() {
    const results = new Map<string, string | null>()
    setOutcomes(new Map())
    for (const { id } of chosen) {
      const outcome = await {
        disable: () => disabling.send({ id }),
        enable: () => enabling.send({ id, heldDeliveries }),
        delete: () => deleting.send({ id }),
      }[change]()
      results.set(id, 'refusal' in outcome ? outcome.refusal.message : null)
      setOutcomes(new Map(results))
    }
    if ([...results.values()].some((fault) => fault !== null)) return
    toast(words.done[change](chosen.length))
    onClose([])
  }

  return (
    <Dialog title={words.title[change](chosen.length)} onClose={() => onClose(failed)}>
      {chosen.length < rows.length && <p className="muted">{words.left[change](rows.length - chosen.length)}</p>}
      {outcomes === undefined && chosen.length > 0 && (
        <EndpointImpact ids={chosen.map(({ id }) => id)} change={change} />
      )}
      <ul className="plain" aria-label={words.list}>
        {chosen.map((row) => (
          <li key={row.id}>
            {row.description || endpointName(row)} <Result fault={outcomes?.get(row.id)} />
          </li>
        ))}
      </ul>
      {change === 'enable' && outcomes === undefined && (
        <SelectField
          label={texts.endpoints.enable.held}
          options={texts.endpoints.enable.options}
          value={heldDeliveries}
          onChange={(event) => setHeld(event.target.value as HeldDeliveries)}
        />
      )}
      {failed.length > 0 && !isRunning && (
        <p className="fault" role="alert">
          {words.failed(failed.length, chosen.length)}
        </p>
      )}
      <div className="actions">
        <Button onClick={() => onClose(failed)}>
          {outcomes === undefined ? texts.actions.cancel : texts.actions.close}
        </Button>
        {outcomes === undefined && (
          <Button kind={change === 'enable' ? 'primary' : 'danger'} onClick={run} disabled={chosen.length === 0}>
            {words.actions[change]}
          </Button>
        )}
      </div>
    </Dialog>
  )
}

/** @param fault null for a change that was made, undefined for one that is not made yet */
function Result({ fault }: { fault: string | null | undefined }) {
  if (fault === undefined) return null
  return fault === null ? <Badge tone="good">{words.made}</Badge> : <span className="fault">{fault}</span>
}
