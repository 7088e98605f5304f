import { describe, expect, test } from 'vitest'
import { CATALOGUES, type CatalogueType } from '../../../src/domain/event-types/catalogues.ts'
import { compileSchema } from '../../../src/domain/event-types/json-schema.ts'
import { EVENT_TYPE } from '../../../src/domain/event-types/patterns.ts'
import { findUnknownKeyword } from '../../../src/domain/event-types/schema-keywords.ts'
import { createRemoveFields, SENSITIVE_FIELDS } from '../../../src/domain/events/redact.ts'
import { JsonText } from '../../../src/lib/json-text.ts'

const types: [string, CatalogueType][] = Object.entries(CATALOGUES).flatMap(([catalogue, entries]) =>
  entries.map((type): [string, CatalogueType] => [`${catalogue} ${type.name}`, type]),
)
const namesOf = (entries: readonly CatalogueType[]) => entries.map(({ name }) => name)
const dotted = (category: string, verbs: string) => verbs.split(' ').map((verb) => `${category}.${verb}`)

describe('event type catalogue', () => {
  test('identity has 44 types in seven categories', () => {
    const names = namesOf(CATALOGUES.IDENTITY)
    expect(names).toHaveLength(44)
    expect(new Set(names).size).toBe(44)
    expect(names).toEqual(
      expect.arrayContaining([
        ...dotted('user', 'created updated deleted locked unlocked verified'),
        ...dotted('auth', 'login logout failed mfa_challenged'),
        ...dotted('application', 'created updated deleted credentials_rotated'),
        ...dotted('organization', 'created updated settings_changed branding_updated'),
        ...dotted('mfa', 'enabled disabled verified recovery_codes_generated'),
        ...dotted('sso', 'session_created session_ended configuration_updated'),
        ...dotted('role', 'assigned revoked created updated deleted'),
      ]),
    )
    expect(new Set(CATALOGUES.IDENTITY.map(({ category }) => category))).toEqual(
      new Set(['user', 'auth', 'application', 'organization', 'mfa', 'sso', 'role']),
    )
  })

  test('recruiting has the seven types of hiring', () => {
    expect(namesOf(CATALOGUES.RECRUITING)).toEqual([
      ...dotted('application', 'created updated status_changed'),
      ...dotted('job', 'published closed'),
      'interview.scheduled',
      'candidate.viewed',
    ])
  })

  test.each(types)('%s has a name, a category and a description', (_name, { name, category, description }) => {
    expect(name).toMatch(EVENT_TYPE)
    expect(name.split('.')[0]).toBe(category)
    expect(description).toMatch(/^[A-Z].+\.$/)
  })

  test.each(types)(
    '%s has a schema that accepts its example and refuses it without a required property',
    (_name, type) => {
      expect(findUnknownKeyword(type.schema)).toBeUndefined()
      const check = compileSchema(type.schema)
      const issuesOf = (value: object) => check(new JsonText(JSON.stringify(value)))
      expect(issuesOf(type.example)).toEqual([])
      const { required, properties } = type.schema as { required: string[]; properties: Record<string, object> }
      expect(required.length).toBeGreaterThan(0)
      for (const name of required) {
        const { [name as keyof object]: _, ...rest } = type.example
        expect(issuesOf(rest)).toHaveLength(1)
      }
      // The example shows every property, and each one is checked.
      expect(Object.keys(type.example)).toEqual(Object.keys(properties))
      for (const name of Object.keys(properties)) expect(issuesOf({ ...type.example, [name]: null })).toHaveLength(1)
    },
  )

  test.each(types)('%s loses no field of its example as a sensitive one', (_name, { example }) => {
    const text = JSON.stringify(example)
    expect(createRemoveFields(SENSITIVE_FIELDS)(text)).toBe(text)
  })
})
