import type { LiveState } from '../graph/socket.ts'
import { texts } from '../texts.ts'
import { Badge, type Tone } from './badge.tsx'

const TONES: Record<LiveState, Tone> = { connecting: 'idle', live: 'good', broken: 'warn' }

/** Tells whether the page shows changes as they happen. */
export function LiveMark({ state }: { state: LiveState }) {
  return <Badge tone={TONES[state]}>{texts.live[state]}</Badge>
}
