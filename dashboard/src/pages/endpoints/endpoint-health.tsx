import type { EndpointsQuery } from '../../graph/operations.ts'
import { texts } from '../../texts.ts'
import { Badge } from '../../ui/badge.tsx'

type Row = Pick<EndpointsQuery['webhookEndpoints']['nodes'][number], 'enabled' | 'health'>

export function EndpointState({ endpoint: { enabled, health } }: { endpoint: Row }) {
  const isFailing = health.consecutiveFailures > 0
  if (!enabled) return <Badge tone={isFailing ? 'bad' : 'idle'}>{texts.endpoints.disabled}</Badge>
  const tone = isFailing ? 'bad' : 'good'
  return <Badge tone={tone}>{texts.endpoints.health[health.status] ?? health.status}</Badge>
}
