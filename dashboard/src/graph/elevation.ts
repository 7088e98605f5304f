/** Asks the person for the password again. Resolves to false when the person declines. */
type Ask = () => Promise<boolean>

let ask: Ask | undefined

/** The page that can ask. @returns removes it */
export function offerElevation(offered: Ask): () => void {
  ask = offered
  return () => {
    if (ask === offered) ask = undefined
  }
}

/** True when the person gave the password again; false when nobody can be asked. */
export const askElevation: Ask = async () => (await ask?.()) ?? false
