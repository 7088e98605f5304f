import { keyActivity } from '../../graph/operations.ts'
import { useRead } from '../../graph/use-operation.ts'
import { useSession } from '../../session.tsx'
import { texts } from '../../texts.ts'

/** The effect of taking a key away, with what used it just now. */
export function KeyEffect({ id, effect }: { id: string; effect: string }) {
  const { can } = useSession()
  const { data } = useRead(keyActivity, { id }, { pause: !can('usage:read') })
  const activity = data?.node?.__typename === 'ApiKey' ? data.node.activity : undefined
  return (
    <>
      <p>{effect}</p>
      {activity !== undefined && (
        <p className="notice" data-tone={activity.recentRequests + activity.openSubscriptions > 0 ? 'bad' : undefined}>
          {texts.keys.breaks(activity.recentRequests, activity.openSubscriptions)}
        </p>
      )}
    </>
  )
}
