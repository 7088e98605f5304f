import type { Tone } from './badge.tsx'

/** One figure with its name. */
export function Tile({ title, value, tone }: { title: string; value: string; tone?: Tone | undefined }) {
  return (
    <div className="tile" data-tone={tone}>
      <div className="muted">{title}</div>
      <div className="value">{value}</div>
    </div>
  )
}
