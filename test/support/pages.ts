import type { Client } from './api.ts'

/** A list of the API: its root field, the type of its filter, and the fields to select of each entry. */
export interface List {
  field: string
  filter: string
  fields?: string
}

const argumentsOf = ({ filter }: List) => `$filter: ${filter}, $first: Int, $after: String, $last: Int, $before: String`

/** Reads one page of a list, with the size of the whole list. */
export function readPageOf(client: Client, list: List, variables: Record<string, unknown>) {
  const { field, fields = 'id' } = list
  return client.ask(
    `query (${argumentsOf(list)}) {
      ${field}(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
        nodes { ${fields} } total { count isExact }
        pageInfo { hasNextPage endCursor hasPreviousPage startCursor } } }`,
    variables,
  )
}

/** Reads all pages of a list in order, forwards or backwards. @returns the ids */
export async function readAllPages(
  client: Client,
  list: List,
  filter: object,
  { size = 100, backwards = false } = {},
): Promise<string[]> {
  const ids: string[] = []
  for (let cursor: string | null = null; ; ) {
    const part = backwards ? { last: size, before: cursor } : { first: size, after: cursor }
    const { nodes, pageInfo } = await readPageOf(client, list, { filter, ...part })
    const page = nodes.map(({ id }: { id: string }) => id)
    if (backwards) ids.unshift(...page)
    else ids.push(...page)
    if (!(backwards ? pageInfo.hasPreviousPage : pageInfo.hasNextPage)) return ids
    cursor = backwards ? pageInfo.startCursor : pageInfo.endCursor
  }
}
