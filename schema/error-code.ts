import { ERROR_CODES, type ErrorCode } from '../src/domain/deliveries/error-codes.ts'
import { builder } from './builder.ts'

export const ErrorCodeType = builder.enumType('AttemptErrorCode', {
  description: 'Reason of a failed attempt. INTERRUPTED, INTERNAL and INTERIM_RESPONSE are no fault of the receiver.',
  values: Object.fromEntries(
    Object.entries(ERROR_CODES).map(([code, description]) => [code, { description }]),
  ) as Record<ErrorCode, { description: string }>,
})
