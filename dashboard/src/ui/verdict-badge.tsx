import type { Verdict } from '../signature.ts'
import { texts } from '../texts.ts'
import { Badge } from './badge.tsx'

const words = texts.signature

/** Result of a check of a signature in one badge; the sentence behind it on hover. */
export function VerdictBadge({ verdict }: { verdict: Verdict | undefined }) {
  if (verdict === undefined) return <Badge tone="idle">{words.checking}</Badge>
  return (
    <Badge tone={'scheme' in verdict ? 'good' : 'bad'}>{'scheme' in verdict ? words.verified : words.failed}</Badge>
  )
}

/** The scheme of a valid signature, or the reason why there is none. */
export const verdictText = (verdict: Verdict): string =>
  'scheme' in verdict ? words.schemes[verdict.scheme] : words.faults[verdict.fault]
