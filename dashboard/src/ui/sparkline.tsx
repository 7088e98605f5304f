interface Props {
  /** Read in place of the picture. */
  label: string
  good: readonly number[]
  bad: readonly number[]
}

const [BAR, GAP, HEIGHT] = [4, 1, 24]
/** Height of the smallest bar, so that one attempt beside thousands is still seen. */
const LEAST = 2

/** Small bars over time: successes, with failures on top. */
export function Sparkline({ label, good, bad }: Props) {
  const most = Math.max(1, ...good.map((count, index) => count + (bad[index] ?? 0)))
  const heightOf = (count: number) => (count === 0 ? 0 : Math.max(LEAST, (count / most) * HEIGHT))
  const width = good.length * (BAR + GAP)
  return (
    <svg className="sparkline" role="img" aria-label={label} viewBox={`0 0 ${width} ${HEIGHT}`}>
      <title>{label}</title>
      {good.map((count, index) => {
        const [failed, x] = [heightOf(bad[index] ?? 0), index * (BAR + GAP)]
        const succeeded = Math.min(heightOf(count), HEIGHT - failed)
        return (
          <g key={index}>
            <rect className="base" x={x} y={HEIGHT - 1} width={BAR} height={1} />
            <rect className="good" x={x} y={HEIGHT - succeeded} width={BAR} height={succeeded} />
            <rect className="bad" x={x} y={HEIGHT - succeeded - failed} width={BAR} height={failed} />
          </g>
        )
      })}
    </svg>
  )
}
