import { setFlagsFromString } from 'node:v8'

/**
 * To be called before there is work. V8 makes things as old when many that were made at the same place had lived long. Of
 * requests by the hundred it guesses wrong: each then keeps alive all that it refers to until all garbage is collected, and small
 * collections copy that.
 */
export function setV8Flags(): void {
  setFlagsFromString('--no-allocation-site-pretenuring')
}
