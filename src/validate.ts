import type { z } from 'zod'
import { ValidationError } from './errors.ts'

/** Checks an input. @throws ValidationError with every issue, each with the path that leads to it */
export function validate<T extends z.ZodType>(schema: T, input: unknown, path = 'input'): z.output<T> {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  throw new ValidationError(
    result.error.issues.map((issue) => ({ path: [path, ...issue.path].join('.'), message: issue.message })),
  )
}
