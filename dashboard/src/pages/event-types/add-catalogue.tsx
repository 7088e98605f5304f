import { catalogueImport, type EventTypeCatalogue } from '../../graph/operations.ts'
import { useChange } from '../../graph/use-operation.ts'
import { texts } from '../../texts.ts'
import { Button } from '../../ui/button.tsx'
import { toast } from '../../ui/toasts.tsx'

interface Props {
  /** Default: the identity catalogue. */
  name?: EventTypeCatalogue
  text?: string
  kind?: 'primary'
  onAdded: () => void
}

/** Registers the types of a starter catalogue by one click. */
export function AddCatalogue({ name = 'IDENTITY', text = texts.catalogue.identity, kind, onAdded }: Props) {
  const { send, isSending } = useChange(catalogueImport)

  async function add() {
    const outcome = await send({ input: { name } })
    if ('refusal' in outcome) return toast(outcome.refusal.message, 'bad')
    if (outcome.payload.__typename !== 'EventTypeCatalogueImportPayload') return
    toast(texts.eventTypes.imported(outcome.payload.created.length, outcome.payload.existing.length))
    onAdded()
  }

  return (
    <Button {...(kind && { kind })} disabled={isSending} onClick={add}>
      {text}
    </Button>
  )
}
