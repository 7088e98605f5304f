import { texts } from '../texts.ts'
import { Badge, type Tone } from './badge.tsx'

const TONES: Record<string, Tone> = { RUNNING: 'busy', COMPLETED: 'good', CANCELED: 'idle' }

/** State of a replay or of an action on many deliveries. */
export function JobStatus({ status }: { status: string }) {
  return <Badge tone={TONES[status] ?? 'idle'}>{texts.jobs.status[status] ?? status}</Badge>
}
