import { statusTexts } from '../texts/deliveries.ts'

export type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'idle'

/** A short state in a colour that is never its only mark. */
export function Badge({ tone, children }: { tone: Tone; children: string }) {
  return (
    <span className="badge" data-tone={tone}>
      {children}
    </span>
  )
}

const TONES: Record<string, Tone> = {
  PENDING: 'busy',
  SENDING: 'busy',
  RETRYING: 'warn',
  SUCCEEDED: 'good',
  DEAD: 'bad',
  EXPIRED: 'bad',
}

export function StatusBadge({ status }: { status: string }) {
  return <Badge tone={TONES[status] ?? 'idle'}>{statusTexts[status] ?? status}</Badge>
}
