import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { z } from 'zod'

/** An operation that clients may send by its hash alone. */
export interface PersistedOperation {
  name: string
  body: string
}

/** Operations by document id, such as `sha256:4f…` (GraphQL over HTTP, appendix on persisted documents). */
export type Manifest = ReadonlyMap<string, PersistedOperation>

/** The format of Apollo's tools, so that front ends can use their own manifest. */
const manifestFile = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(z.object({ id: z.string(), name: z.string().min(1), type: z.string(), body: z.string() })),
})

/** Reads a manifest. @throws when the file is no manifest, or an id is not the hash of its body */
export function readManifest(path: string): Manifest {
  const parsed = manifestFile.safeParse(readJson(path))
  if (!parsed.success)
    throw new Error(`${path} is not a manifest of persisted operations: ${z.prettifyError(parsed.error)}`)
  return new Map(
    parsed.data.operations.map(({ id, name, body }) => {
      const documentId = documentIdOf(body)
      if (id !== documentId && `sha256:${id}` !== documentId)
        throw new Error(`${path}: the id of ${name} is not the SHA-256 of its body. Generate the manifest again.`)
      return [documentId, { name, body }]
    }),
  )
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new Error(
      `OPERATIONS_MANIFEST, ${path}, cannot be read: ${(cause as Error).message}. Set it to a manifest that this user may read, or leave it out.`,
      {
        cause,
      },
    )
  }
}

export function documentIdOf(body: string): string {
  return `sha256:${createHash('sha256').update(body).digest('hex')}`
}
