import { texts } from '../texts.ts'
import { Button } from './button.tsx'

interface Props {
  pageInfo: { endCursor: string | null; hasNextPage: boolean }
  /** Cursor of the shown page; undefined for the first one. */
  after: string | undefined
  onPage: (after: string | undefined) => void
}

/** Steps through a list by its cursors. */
export function Pager({ pageInfo, after, onPage }: Props) {
  if (after === undefined && !pageInfo.hasNextPage) return null
  return (
    <div className="pager row">
      <Button disabled={after === undefined} onClick={() => onPage(undefined)}>
        {texts.actions.newest}
      </Button>
      <Button disabled={!pageInfo.hasNextPage} onClick={() => onPage(pageInfo.endCursor ?? undefined)}>
        {texts.actions.older}
      </Button>
    </div>
  )
}
