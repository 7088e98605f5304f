import { z } from 'zod'
import identity from './catalogues/identity.json' with { type: 'json' }
import recruiting from './catalogues/recruiting.json' with { type: 'json' }

/** One event type of a catalogue: its name, category and meaning, its JSON Schema, and a payload that satisfies it. */
export interface CatalogueType {
  name: string
  category: string
  description: string
  schema: object
  example: object
}

/** Starter catalogues of event types. Both have `application.created` and `application.updated`, of different meaning. */
export const CATALOGUES = {
  IDENTITY: identity,
  RECRUITING: recruiting,
} satisfies Record<string, readonly CatalogueType[]>

export type CatalogueName = keyof typeof CATALOGUES

/** Maximum event types of one catalogue. */
export const CATALOGUE_TYPES = Math.max(...Object.values(CATALOGUES).map(({ length }) => length))

export const catalogueImportInput = z.object({
  name: z.enum(Object.keys(CATALOGUES) as [CatalogueName, ...CatalogueName[]]),
})
