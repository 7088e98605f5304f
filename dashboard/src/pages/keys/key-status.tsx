import { texts } from '../../texts.ts'
import { Badge, type Tone } from '../../ui/badge.tsx'

const TONES: Record<string, Tone> = { ACTIVE: 'good', DISABLED: 'warn', EXPIRED: 'idle', REVOKED: 'bad' }

export function KeyStatus({ status }: { status: string }) {
  return <Badge tone={TONES[status] ?? 'idle'}>{texts.keys.status[status] ?? status}</Badge>
}

export const tierText = (tier: string | null): string =>
  tier === null ? texts.keys.noTier : (texts.keys.tier[tier] ?? tier)
