import { z } from 'zod'
import { RateLimitedError, ValidationError } from '../../lib/errors.ts'
import { findInexactNumber } from '../../lib/exact-numbers.ts'
import { JsonText } from '../../lib/json-text.ts'
import { findTextViolation } from '../../lib/storable-text.ts'
import { EVENT_DEPTH, sizeViolation } from '../events/redact.ts'
import { SCHEMA_BYTES } from './json-schema.ts'
import type { SchemaCompiler } from './schema-compiler.ts'
import { findUnknownKeyword } from './schema-keywords.ts'

/** Stored as `jsonb`, which keeps values and neither white space nor the order of names. */
export const jsonValue = (bounds: { levels: number; bytes: number }) =>
  z.instanceof(JsonText).superRefine(({ text, value }, context) => {
    const message = sizeViolation(text, bounds) ?? findTextViolation(value) ?? numberViolation(text)
    if (message !== undefined) context.addIssue({ code: 'custom', message })
  })

function numberViolation(text: string): string | undefined {
  const inexact = findInexactNumber(text)
  return inexact && `has the number ${inexact.slice(0, 50)}, which cannot be stored exactly. Write it as a string.`
}

/** A JSON Schema as a client gives it. */
export const schemaInput = jsonValue({ levels: 2 * EVENT_DEPTH, bytes: SCHEMA_BYTES })

/**
 * Compiles a given JSON Schema.
 *
 * @throws ValidationError when the value is no usable JSON Schema
 * @throws RateLimitedError when the organization used up its time for compiling
 */
export function registerSchema(schemas: SchemaCompiler, organizationId: string, { value }: JsonText): void {
  try {
    schemas.register(organizationId, value)
    // After the meta schema, which names a wrong type of a known keyword. Stored schemas are used as they are.
    const unknown = findUnknownKeyword(value)
    if (unknown !== undefined) throw new Error(unknown)
  } catch (error) {
    if (error instanceof RateLimitedError) throw error
    const message = `is no usable JSON Schema: ${(error as Error).message}`
    throw new ValidationError([{ path: 'input.schema', message }])
  }
}
