import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'

/** Operations that come with Signalbox. */
const BUILT_IN = path.join(import.meta.dirname, '../../../persisted-operations/manifest.json')

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

/**
 * Reads the operations that come with Signalbox, and those of the operator's front ends. Names may repeat: the id alone
 * finds an operation.
 *
 * @param ownFile manifest of the operator; undefined for none
 * @throws when a file is no manifest, or an id is not the hash of its body
 */
export function readManifest(ownFile?: string): Manifest {
  return new Map([...readOperations(BUILT_IN), ...(ownFile === undefined ? [] : readOperations(ownFile))])
}

function readOperations(file: string): [documentId: string, PersistedOperation][] {
  const parsed = manifestFile.safeParse(readJson(file))
  if (!parsed.success)
    throw new Error(`${file} is not a manifest of persisted operations: ${z.prettifyError(parsed.error)}`)
  return parsed.data.operations.map(({ id, name, body }) => {
    const documentId = documentIdOf(body)
    if (id !== documentId && `sha256:${id}` !== documentId)
      throw new Error(`${file}: the id of ${name} is not the SHA-256 of its body. Generate the manifest again.`)
    return [documentId, { name, body }]
  })
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    const { message } = cause as Error
    if (file === BUILT_IN) throw new Error(`${file} cannot be read: ${message}. Install Signalbox again.`, { cause })
    throw new Error(
      `OPERATIONS_MANIFEST, ${file}, cannot be read: ${message}. Set it to a manifest that this user may read, or leave it out.`,
      { cause },
    )
  }
}

export function documentIdOf(body: string): string {
  return `sha256:${createHash('sha256').update(body).digest('hex')}`
}
