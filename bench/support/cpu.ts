import { readdirSync, readFileSync } from 'node:fs'

/** Of a clock tick, in which Linux counts (proc(5), `sysconf(_SC_CLK_TCK)`). */
const TICK_MICROSECONDS = 10_000

/** What a piece of work costs each of several processes, by name and process id. */
export function createCpuMeter(processes: Record<string, number>) {
  const rows = Object.entries(processes).map(([name, pid]) => ({ name, pid, values: [] as number[] }))
  return {
    /** Microseconds of CPU for each of `count`, one value for each time that it was measured. */
    rows: () => rows.map(({ name, values }) => ({ name, values })),
    async measure<T>(count: number, work: () => Promise<T>): Promise<T> {
      const before = rows.map(({ pid }) => cpuOf(pid))
      const result = await work()
      for (const [nth, { pid, values }] of rows.entries()) values.push((cpuOf(pid) - before[nth]!) / count)
      return result
    },
  }
}

/** Microseconds of CPU that a process and its children have used so far, such as a server of PostgreSQL with its backends. */
function cpuOf(pid: number): number {
  let ticks = 0
  for (const entry of readdirSync('/proc')) {
    const stat = /^\d+$/.test(entry) ? statOf(entry) : undefined
    if (stat === undefined) continue
    if (Number(entry) === pid) ticks += stat.own + stat.ofEnded
    else if (stat.parent === pid) ticks += stat.own
  }
  return ticks * TICK_MICROSECONDS
}

/** What it has used, and its children that ended did. Undefined of one that has ended meanwhile. */
function statOf(pid: string): { parent: number; own: number; ofEnded: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name, in parentheses, may have spaces in it.
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
    return { parent: fields[1]!, own: fields[11]! + fields[12]!, ofEnded: fields[13]! + fields[14]! }
  } catch {
    return undefined
  }
}
