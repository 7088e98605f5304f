/** Bytes of a body that is not counted. Strangers send no larger one. */
const SMALL_BYTES = 256 * 1024
/** Maximum bytes of the large bodies of one principal: eight of the largest size. */
export const PRINCIPAL_BODY_BYTES = 128 * 1024 * 1024
/** Maximum bytes of the large bodies of a process. */
export const PROCESS_BODY_BYTES = 512 * 1024 * 1024

/** The body of one request. */
export interface BodyAccount {
  /** Counts the body with its bytes so far. False when a bound is exceeded; the body must not be read on then. */
  hold(bytes: number): boolean
  close(): void
}

export type BodyBytes = ReturnType<typeof createBodyBytes>

/** Counts the bytes of large bodies from their first byte to the end of their answer, because memory holds them. */
export function createBodyBytes(limits = { principal: PRINCIPAL_BODY_BYTES, process: PROCESS_BODY_BYTES }) {
  const byPrincipal = new Map<string, number>()
  let total = 0

  return {
    open(principalId: string): BodyAccount {
      let held = 0

      function change(bytes: number): void {
        held += bytes
        total += bytes
        const sum = (byPrincipal.get(principalId) ?? 0) + bytes
        if (sum > 0) byPrincipal.set(principalId, sum)
        else byPrincipal.delete(principalId)
      }

      return {
        hold(bytes) {
          const more = bytes - held
          if (bytes <= SMALL_BYTES) return true
          if (total + more > limits.process || (byPrincipal.get(principalId) ?? 0) + more > limits.principal)
            return false
          change(more)
          return true
        },
        close: () => change(-held),
      }
    },
  }
}
