/** Maximum unsent bytes of all answers of one principal in a process: one answer of the largest size always fits. */
export const PRINCIPAL_UNSENT_BYTES = 64 * 1024 * 1024
/** Maximum unsent bytes of all answers of a process. */
export const PROCESS_UNSENT_BYTES = 256 * 1024 * 1024
/** Maximum unsent bytes of all answers to clients without a key: a part of the process that they cannot exceed. */
export const STRANGERS_UNSENT_BYTES = 16 * 1024 * 1024

/** The unsent bytes of one answer or of one WebSocket. */
export interface UnsentAccount {
  /** Names the principal of the later bytes. Until then the bytes count as those of strangers. */
  assign(principalId: string): void
  /** True when more bytes keep the bounds. */
  fits(bytes: number): boolean
  /** Counts bytes. False when a bound is exceeded; the caller ends the connection then. */
  add(bytes: number): boolean
  remove(bytes: number): void
  /** Removes all bytes and ignores later ones. */
  close(): void
}

export interface UnsentLimits {
  principal: number
  process: number
  strangers: number
}

const DEFAULT_LIMITS: UnsentLimits = {
  principal: PRINCIPAL_UNSENT_BYTES,
  process: PROCESS_UNSENT_BYTES,
  strangers: STRANGERS_UNSENT_BYTES,
}

export type UnsentBytes = ReturnType<typeof createUnsentBytes>

/** Counts the bytes of answers that wait for their clients to read, for each principal and for the process. */
export function createUnsentBytes(limits: UnsentLimits = DEFAULT_LIMITS) {
  /** Unsent bytes by principal; the empty id stands for all strangers. */
  const byPrincipal = new Map<string, number>()
  let total = 0

  function change(principalId: string, bytes: number): void {
    const held = (byPrincipal.get(principalId) ?? 0) + bytes
    if (held > 0) byPrincipal.set(principalId, held)
    else byPrincipal.delete(principalId)
    total += bytes
  }

  return {
    /** Unsent bytes of the process. */
    total: () => total,

    open(): UnsentAccount {
      let owner = ''
      let held = 0
      let closed = false
      const fits = (bytes: number) =>
        total + bytes <= limits.process &&
        (byPrincipal.get(owner) ?? 0) + bytes <= (owner === '' ? limits.strangers : limits.principal)
      return {
        assign(principalId) {
          change(owner, -held)
          owner = principalId
          change(owner, held)
        },
        fits,
        add(bytes) {
          if (closed) return true
          const isWithin = fits(bytes)
          held += bytes
          change(owner, bytes)
          return isWithin
        },
        remove(bytes) {
          if (closed) return
          held -= bytes
          change(owner, -bytes)
        },
        close() {
          if (closed) return
          closed = true
          change(owner, -held)
        },
      }
    },
  }
}
