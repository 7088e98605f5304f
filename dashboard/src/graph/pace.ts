/** Share of the time that drawing may take: a flood of changes leaves the rest for the person. */
const DRAWING_SHARE = 0.2
/** Longest pause in milliseconds: on a slow machine the page is still live. */
const PAUSE_AT_MOST_MS = 400

/** Draws in frames, and rests after each drawing as its cost demands. */
export type Pace = ReturnType<typeof createPace>

/**
 * Draws once a frame at most. A drawing that took long is followed by a pause, so that clicks and keys are answered at
 * once whatever the rate of changes is.
 *
 * @param draw draws all that came since the last time
 */
export function createPace(draw: () => void) {
  let state: 'idle' | 'busy' | 'stopped' = 'idle'
  let isWanted = false
  let timer: ReturnType<typeof setTimeout> | undefined

  function begin(): void {
    state = 'busy'
    isWanted = false
    requestAnimationFrame((began) => {
      if (state === 'stopped') return
      draw()
      // A task right after the next frame runs when the changes have been painted.
      requestAnimationFrame(() => setTimeout(() => rest(performance.now() - began)))
    })
  }

  function rest(took: number): void {
    timer = setTimeout(
      () => {
        if (state === 'stopped') return
        state = 'idle'
        if (isWanted) begin()
      },
      Math.min(PAUSE_AT_MOST_MS, took / DRAWING_SHARE - took),
    )
  }

  return {
    /** Asks for a drawing; several askings before it share it. */
    request(): void {
      isWanted = true
      if (state === 'idle') begin()
    },
    stop(): void {
      state = 'stopped'
      clearTimeout(timer)
    },
  }
}
