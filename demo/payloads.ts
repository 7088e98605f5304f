import { createRequire } from 'node:module'

export interface Payload {
  /** Such as `pull_request.opened`, or `push` for events without an action. */
  type: string
  category: string
  data: Record<string, unknown>
}

// The package's entry is a JSON file.
const definitions: { name: string; examples: Record<string, unknown>[] }[] = createRequire(import.meta.url)(
  '@octokit/webhooks-examples',
)

/** Every example payload that GitHub's documentation and its users have collected, as events. */
export function githubPayloads(): Payload[] {
  return definitions.flatMap(({ name, examples }) =>
    examples.map((data) => ({
      type: typeof data.action === 'string' ? `${name}.${data.action}` : name,
      category: name,
      data,
    })),
  )
}
