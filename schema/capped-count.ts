import type { Counted } from '../src/lib/pagination.ts'
import { builder } from './builder.ts'

/** A number that is counted up to a bound. Each field of this type states its bound. */
export const CappedCount = builder.objectRef<Counted>('CappedCount').implement({
  description: 'A number that is counted up to a bound, which the description of the field states.',
  fields: (t) => ({
    count: t.expose('count', { type: 'Count', description: 'Number of objects, at most the bound.' }),
    isExact: t.exposeBoolean('isExact', {
      description: 'True when `count` is the whole number; false when there may be more.',
    }),
  }),
})
