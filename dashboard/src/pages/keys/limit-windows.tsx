import type { KeyUseQuery } from '../../graph/operations.ts'
import type { NodeOf } from '../../graph/rows.ts'
import { texts } from '../../texts.ts'
import { Time } from '../../ui/time.tsx'

const words = texts.keys.use
type Limits = NodeOf<KeyUseQuery, 'ApiKey'>['currentLimits']
/** Shares of a window that call for attention. */
const [NEAR, FULL] = [0.8, 0.98]

/** The windows of a key as bars: how much is left, and when the oldest use leaves. */
export function LimitWindows({ limits }: { limits: Limits }) {
  if (limits === null) return <p className="muted">{words.noLimits}</p>
  return (
    <div className="stack">
      {limits.degraded && (
        <p className="notice" data-tone="warn">
          {words.degraded}
        </p>
      )}
      <ul className="windows" aria-label={words.limits}>
        {limits.windows.map(({ name, limit, remaining, resetAt }) => {
          const used = limit - remaining
          return (
            <li key={name}>
              <span>{words.windows[name] ?? name}</span>
              <progress
                max={limit}
                value={used}
                aria-label={words.windows[name] ?? name}
                data-tone={used >= limit * FULL ? 'bad' : used >= limit * NEAR ? 'warn' : undefined}
              />
              <span>{words.left(remaining, limit)}</span>
              <span className="muted">
                {used === 0 ? (
                  words.unused
                ) : (
                  <>
                    {words.frees} <Time at={resetAt} />
                  </>
                )}
              </span>
            </li>
          )
        })}
      </ul>
    </div>
  )
}
