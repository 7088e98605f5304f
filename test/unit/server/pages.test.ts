import { execute, parse } from 'graphql'
import { describe, expect, test } from 'vitest'
import { schema } from '../../../schema/schema.ts'

const IDS = ['whep_5', 'whep_4', 'whep_3', 'whep_2', 'whep_1']
const cursor = (id: string) => Buffer.from(`GPC:S:${id}`).toString('base64')
const CURSOR = cursor('whep_3')

/** Rows as Prisma reads them: `take` counts from the end when negative. */
async function list(
  _viewer: unknown,
  _filter: unknown,
  query: { cursor?: { id: string }; take: number; select?: object },
) {
  const { take } = query
  const at = query.cursor === undefined ? undefined : IDS.indexOf(query.cursor.id)
  const ids =
    take > 0
      ? IDS.slice(at === undefined ? 0 : at + 1).slice(0, take)
      : IDS.slice(0, at === undefined ? IDS.length : at).slice(take)
  return ids.map((id) => ({ id }))
}

/** Entries that a count finds, and the number of counts. */
let [found, counts] = [0, 0]

async function count() {
  counts++
  return found
}

async function ask(field: string, selection: string) {
  const permissions = { webhooks: ['read'], usage: ['read'] }
  const readPage = (_organizationId: string, work: () => unknown) => work()
  const services = {
    readPage,
    endpoints: { list, count },
    usageRecords: { ofOrganization: async () => [] },
    relationClient: {},
  }
  const contextValue = { viewer: { principal: { kind: 'API_KEY' }, restriction: null, permissions }, services }
  return execute({ schema, document: parse(`{ page: ${field} { ${selection} } }`), contextValue })
}

async function page(args: string, selection = 'nodes { id }') {
  const pageInfo = 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor }'
  const { data, errors } = await ask(`webhookEndpoints${args && `(${args})`}`, `${selection} ${pageInfo}`)
  if (errors) throw errors[0]
  const { nodes, pageInfo: info } = data!.page as {
    nodes: { id: string }[]
    pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string; endCursor: string }
  }
  return { ids: nodes.map(({ id }) => Number(id.slice(5))), ...info }
}

describe('page of nodes', () => {
  test.each([
    ['', [5, 4, 3, 2, 1], false, false],
    ['first: 2', [5, 4], true, false],
    [`first: 2, after: "${cursor('whep_4')}"`, [3, 2], true, true],
    [`first: 2, after: "${cursor('whep_3')}"`, [2, 1], false, true],
    ['last: 2', [2, 1], false, true],
    [`last: 2, before: "${cursor('whep_2')}"`, [4, 3], true, true],
    [`last: 2, before: "${cursor('whep_3')}"`, [5, 4], true, false],
    [`before: "${cursor('whep_4')}"`, [5], true, false],
  ])('the page (%s) has its entries in the order of the list', async (args, ids, hasNextPage, hasPreviousPage) => {
    const startCursor = cursor(`whep_${ids[0]}`)
    const endCursor = cursor(`whep_${ids.at(-1)}`)
    expect(await page(args)).toEqual({ ids, hasNextPage, hasPreviousPage, startCursor, endCursor })
  })

  test('edges have the cursors of their nodes', async () => {
    const { data } = await ask('webhookEndpoints(first: 2)', 'edges { cursor node { id } }')
    const edges = ['whep_5', 'whep_4'].map((id) => ({ cursor: cursor(id), node: { id } }))
    expect(JSON.parse(JSON.stringify(data))).toEqual({ page: { edges } })
  })

  test.each([
    ['first: 101', 'first: must be from 1 to 100'],
    ['last: 0', 'last: must be from 1 to 100'],
    ['first: 1, last: 1', 'last: excludes `first`: give one of the two'],
    ['first: -1', 'Argument "first" must be a non-negative integer'],
    [`before: "${CURSOR}", after: "${CURSOR}"`, 'Arguments "before" and "after" are not supported at the same time'],
    [`before: "${CURSOR}", first: 1`, 'Arguments "before" and "first" are not supported at the same time'],
    [`after: "${CURSOR}", last: 1`, 'Arguments "after" and "last" are not supported at the same time'],
    ['after: "a"', 'The cursor is of no list.'],
  ])('the page (%s) is refused', async (args, message) => {
    await expect(page(args)).rejects.toThrow(message)
  })

  test.each(['webhookEndpoints(after: "%")', 'usageRecords'])('an empty page of %s has no cursors', async (field) => {
    const after = cursor('whep_1')
    const selection = 'nodes { __typename } pageInfo { startCursor endCursor }'
    const { data } = await ask(field.replace('%', after), selection)
    expect(JSON.parse(JSON.stringify(data))).toEqual({
      page: { nodes: [], pageInfo: { startCursor: null, endCursor: null } },
    })
  })

  test.each([
    [0, { count: 0, isExact: true }],
    [1_000, { count: 1_000, isExact: true }],
    [1_001, { count: 1_000, isExact: false }],
  ])('a list with %i entries has the total %j', async (entries, total) => {
    found = entries
    const { data } = await ask('webhookEndpoints(first: 1)', 'total { count isExact }')
    expect(JSON.parse(JSON.stringify(data))).toEqual({ page: { total } })
  })

  test('the entries of a list are counted only when the total is selected', async () => {
    counts = 0
    await ask('webhookEndpoints', 'nodes { id }')
    await ask('webhookEndpoints', 'total @skip(if: true) { count } nodes { id }')
    expect(counts).toBe(0)
    await ask('webhookEndpoints', 'total { count isExact }')
    expect(counts).toBe(1)
  })
})
