import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { permissionList } from '../../support/api.ts'
import { type App, startApp } from '../../support/app.ts'
import { createTeam } from '../../support/people.ts'

// The operator declares the resources of its own API before a key may have permissions on them.
let app: App
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.stop())

const CREATE = `mutation ($input: PermissionResourceCreateInput!) { permissionResourceCreate(input: $input) {
  ... on PermissionResourceCreatePayload { permissionResource { name description isDeclared } }
  ... on Error { code message } } }`
const DELETE = `mutation ($name: String!) { permissionResourceDelete(name: $name) {
  ... on PermissionResourceDeletePayload { permissionResource { name } } ... on Error { code message } } }`
const LIST = '{ permissionResources { name isDeclared } }'

describe('permission resource', () => {
  test('a declared resource is listed to every organization after those of Signalbox', async () => {
    const tenant = await app.tenant()
    const { permissionResource } = await app.host.ask(CREATE, { input: { name: 'invoices', description: 'Bills.' } })
    expect(permissionResource).toEqual({ name: 'invoices', description: 'Bills.', isDeclared: true })
    const listed = await tenant.ask(LIST)
    expect(listed[0]).toEqual({ name: 'keys', isDeclared: false })
    expect(listed.at(-1)).toEqual({ name: 'invoices', isDeclared: true })
  })

  test.each([
    ['a resource of Signalbox', 'keys', 'input.name: is a resource of Signalbox already'],
    ['a name in capitals', 'Invoices', 'input.name: a resource is a lower-case word'],
  ])('%s cannot be declared', async (_name, name, message) => {
    await expect(app.host.ask(CREATE, { input: { name } })).rejects.toThrow(message)
  })

  test('a resource cannot be declared twice', async () => {
    await app.host.declareResource('orders')
    await expect(app.host.ask(CREATE, { input: { name: 'orders' } })).rejects.toThrow('RESOURCE_EXISTS')
  })

  test('a resource can be deleted once no key that is not revoked has permissions on it', async () => {
    await app.host.declareResource('reports')
    const { apiKey } = await app.host.createKey({ reports: ['read'] })
    await expect(app.host.ask(DELETE, { name: 'reports' })).rejects.toThrow(`RESOURCE_IN_USE: The key ${apiKey.id}`)
    await app.host.ask('mutation ($id: ID!) { apiKeyRevoke(id: $id) { __typename } }', { id: apiKey.id })
    expect(await app.host.ask(DELETE, { name: 'reports' })).toEqual({ permissionResource: { name: 'reports' } })
    await expect(app.host.createKey({ reports: ['read'] })).rejects.toThrow('reports is not known')
    await expect(app.host.ask(DELETE, { name: 'reports' })).rejects.toThrow('NOT_FOUND')
  })

  test('a key that is created while its resource is deleted has the resource, or is refused', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, async (_, n) => {
        const name = `race${n}`
        await app.host.declareResource(name)
        const [created, deleted] = await Promise.allSettled([
          app.host.createKey({ [name]: ['read'] }),
          app.host.ask(DELETE, { name }),
        ])
        return [created.status, deleted.status].sort()
      }),
    )
    for (const outcome of outcomes) expect(outcome).toEqual(['fulfilled', 'rejected'])
  })

  test('a platform key may grant a declared resource that it lacks itself, and a tenant key may not', async () => {
    await app.host.declareResource('parcels')
    const tenant = await app.tenant()
    const { apiKey } = await app.host.in(tenant.organizationId).createKey({ parcels: ['write'] })
    expect(apiKey.permissions).toEqual(permissionList({ parcels: ['write'] }))
    await expect(tenant.createKey({ parcels: ['write'] })).rejects.toThrow('your own key lacks: parcels:write')
  })

  test('an owner may grant a declared resource to a key of the organization, and an unknown one is refused', async () => {
    await app.host.declareResource('letters')
    const [owner] = await createTeam(app, 'OWNER')
    const create = (resource: string) =>
      owner.ask(
        `mutation ($input: ApiKeyCreateInput!) { apiKeyCreate(input: $input) {
          ... on ApiKeyCreatePayload { secret apiKey { permissions { resource actions } } } ... on ValidationError { issues { path message } } } }`,
        { input: { name: 'post', permissions: [{ resource, actions: ['WRITE'] }] } },
      )
    const { apiKey } = await create('letters')
    expect(apiKey.permissions).toEqual([{ resource: 'letters', actions: ['WRITE'] }])
    const { issues } = await create('leters')
    expect(issues[0]).toMatchObject({ path: 'input.permissions.0.resource' })
  })
})
