import { z } from 'zod'
import { ValidationError } from './errors.ts'

/** Validates an input. @throws ValidationError with every issue and its path */
export function validate<T extends z.ZodType>(schema: T, input: unknown, path = 'input'): z.output<T> {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  throw new ValidationError(
    result.error.issues.map((issue) => ({ path: [path, ...issue.path].join('.'), message: issue.message })),
  )
}

/** Bounds the entries of a record before any is validated, because each could be invalid in its own way. */
export function maxEntries<Output, Input>(record: z.ZodType<Output, Input>, options: { most: number; of: string }) {
  const fits = (input: unknown) =>
    typeof input !== 'object' || input === null || Object.keys(input).length <= options.most
  return z.custom<Input>(fits, `at most ${options.most} ${options.of}`).pipe(record)
}
