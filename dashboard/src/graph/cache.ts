import type { CacheExchangeOpts } from '@urql/exchange-graphcache'
import possibleTypes from '../../../persisted-operations/possible-types.json'

/** Types without an id are parts of the object that holds them, which is what the cache does with them by itself. */
export const cacheOptions: CacheExchangeOpts = { possibleTypes }
