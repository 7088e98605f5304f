import type { EndpointsQuery } from '../../graph/operations.ts'
import { texts } from '../../texts.ts'
import { Sparkline } from '../../ui/sparkline.tsx'

const words = texts.endpoints.hours
const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0)

/** Attempts of the last 24 hours at an endpoint. */
export function EndpointHours({
  hours,
}: {
  hours: EndpointsQuery['webhookEndpoints']['nodes'][number]['recentHours']
}) {
  if (hours === null) return null
  const [succeeded, failed] = [sum(hours.succeeded), sum(hours.failed)]
  return <Sparkline label={words.label(succeeded + failed, failed)} good={hours.succeeded} bad={hours.failed} />
}
