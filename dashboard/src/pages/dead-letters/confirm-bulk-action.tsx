import {
  type BulkActionKind,
  bulkActionCreate,
  bulkActionPreview,
  type DeliveryFilter,
} from '../../graph/operations.ts'
import { useChange, useRead } from '../../graph/use-operation.ts'
import { texts } from '../../texts.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { Answered } from '../../ui/states.tsx'

const words = texts.deadLetters

interface Props {
  kind: BulkActionKind
  filter: DeliveryFilter
  onClose: () => void
  onStarted: () => void
}

/** Shows how many deliveries an action would change before it starts. */
export function ConfirmBulkAction({ kind, filter, onClose, onStarted }: Props) {
  const { send } = useChange(bulkActionCreate)
  const preview = useRead(bulkActionPreview, { input: { kind, filter } })

  async function start() {
    const outcome = await send({ input: { kind, filter } })
    if ('payload' in outcome) onStarted()
    return outcome
  }

  return (
    <Confirm
      title={words.confirm[kind] ?? ''}
      action={words.kind[kind] ?? ''}
      done={words.started}
      onClose={onClose}
      send={start}
    >
      <Answered answer={preview}>
        {({ bulkActionPreview: found }) => (
          <p className="notice">
            {'count' in found
              ? kind === 'RETRY'
                ? texts.jobs.preview(found)
                : texts.jobs.previewCancel(found)
              : found.message}
          </p>
        )}
      </Answered>
    </Confirm>
  )
}
