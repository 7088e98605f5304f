import { type EndpointImpactQuery, endpointImpact } from '../../graph/operations.ts'
import { useRead } from '../../graph/use-operation.ts'
import { useSession } from '../../graph/use-session.ts'
import { texts } from '../../texts.ts'
import { Answered } from '../../ui/states.tsx'

const words = texts.endpoints.impact
export type Change = 'disable' | 'enable' | 'delete'

type Stats = Extract<
  NonNullable<EndpointImpactQuery['nodes'][number]>,
  { __typename: 'WebhookEndpoint' }
>['deliveryStats']

/** The effect that a change of endpoints would have on their deliveries now. */
export function EndpointImpact({ ids, change }: { ids: readonly string[]; change: Change }) {
  const { can } = useSession()
  const answer = useRead(endpointImpact, { ids: [...ids] }, { pause: !can('deliveries:read') })
  if (!can('deliveries:read')) return <p>{words.general[change]}</p>
  return (
    <>
      <p>{words.general[change]}</p>
      <Answered answer={answer}>
        {({ nodes }) => {
          const stats = nodes.flatMap((node) => (node?.__typename === 'WebhookEndpoint' ? [node.deliveryStats] : []))
          const sum = (of: (stats: Stats) => number) => stats.reduce((total, one) => total + of(one), 0)
          const waiting = sum(({ pending, retrying }) => pending + retrying)
          return (
            <p className="notice" data-tone={change === 'delete' ? 'bad' : 'warn'}>
              {words.now[change]({ waiting, held: sum(({ held }) => held) })}
            </p>
          )
        }}
      </Answered>
    </>
  )
}
