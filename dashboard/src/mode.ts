/** Light, dark, or as the system has it. */
export type Mode = 'auto' | 'light' | 'dark'

const KEY = 'signalbox.mode'
const MODES: readonly Mode[] = ['auto', 'light', 'dark']

export function currentMode(): Mode {
  const stored = localStorage.getItem(KEY)
  return MODES.find((mode) => mode === stored) ?? 'auto'
}

export function applyMode(mode: Mode = currentMode()): void {
  localStorage.setItem(KEY, mode)
  document.documentElement.dataset.mode = mode
}

export const nextMode = (mode: Mode): Mode => MODES[(MODES.indexOf(mode) + 1) % MODES.length]!
