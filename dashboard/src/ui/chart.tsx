import { useEffect, useRef } from 'react'
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { texts } from '../texts.ts'
import { Table } from './table.tsx'

export interface Series {
  name: string
  /** Custom property with the colour, such as `--good`. */
  color: string
  /** One value for each time; null leaves a gap. */
  values: readonly (number | null)[]
}

interface Props {
  title: string
  /** Times of the points in ISO 8601. */
  times: readonly string[]
  series: readonly Series[]
}

const HEIGHT = 220

/** Lines over time, with the same figures as a table for those who cannot see them. */
export default function Chart({ title, times, series }: Props) {
  const frame = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = frame.current
    if (element === null) return undefined
    const plot = new UPlot(optionsOf(element, series), dataOf(times, series), element)
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }))
    observer.observe(element)
    return () => {
      observer.disconnect()
      plot.destroy()
    }
  }, [times, series])

  const rows = times.map((time, index) => ({ time, values: series.map(({ values }) => values[index] ?? null) }))
  return (
    <figure>
      <div ref={frame} aria-hidden="true" />
      <details>
        <summary>{texts.usage.asTable}</summary>
        <Table
          label={title}
          columns={[
            { title: texts.usage.time, cell: ({ time }) => new Date(time).toLocaleString() },
            ...series.map(({ name }, index) => ({
              title: name,
              isNumber: true,
              cell: ({ values }: (typeof rows)[number]) => values[index]?.toLocaleString() ?? '–',
            })),
          ]}
          rows={rows}
          keyOf={({ time }) => time}
        />
      </details>
    </figure>
  )
}

function optionsOf(element: HTMLElement, series: readonly Series[]): UPlot.Options {
  const colorOf = (name: string) => getComputedStyle(probe(element, name)).color
  const axis = { stroke: colorOf('--muted'), grid: { stroke: colorOf('--line'), width: 1 }, ticks: { show: false } }
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: series.length > 1, live: false },
    axes: [axis, { ...axis, size: 60 }],
    scales: { y: { range: (_plot, _min, max) => [0, Math.max(1, max * 1.1)] } },
    series: [
      {},
      ...series.map(({ name, color }) => ({ label: name, stroke: colorOf(color), width: 2, points: { show: false } })),
    ],
  }
}

/** An element whose colour is a custom property, because a canvas takes computed colours only. */
function probe(parent: HTMLElement, name: string): Element {
  const known = parent.querySelector('[data-probe]') ?? parent.appendChild(document.createElement('i'))
  if (known instanceof HTMLElement) {
    known.dataset.probe = ''
    known.style.color = `var(${name})`
  }
  return known
}

const dataOf = (times: readonly string[], series: readonly Series[]): UPlot.AlignedData => [
  times.map((time) => Date.parse(time) / 1000),
  ...series.map(({ values }) => [...values]),
]
