import { keyActivity } from '../../graph/operations.ts'
import { useRead } from '../../graph/use-operation.ts'
import { useSession } from '../../graph/use-session.ts'
import { texts } from '../../texts.ts'
import { useEvery } from '../../ui/use-every.ts'

const words = texts.keys
const REFRESH_MS = 5_000

/** The effect of taking a key away, with what used it just now, kept current until it is confirmed. */
export function KeyEffect({ id, effect }: { id: string; effect: string }) {
  const { can } = useSession()
  const mayRead = can('usage:read')
  const { data, refresh } = useRead(keyActivity, { id }, { pause: !mayRead })
  useEvery(REFRESH_MS, () => mayRead && refresh())
  const activity = data?.node?.__typename === 'ApiKey' ? data.node.activity : undefined
  if (activity === undefined) return <p>{effect}</p>
  const { recentRequests, openSubscriptions } = activity
  return (
    <>
      <p>{effect}</p>
      <p className="notice" data-tone={recentRequests + openSubscriptions > 0 ? 'bad' : 'good'} role="status">
        {words.breaks(recentRequests, openSubscriptions)}
      </p>
    </>
  )
}
