/** Codes of failed attempts, with the fixed meaning of each. docs/delivery-contract.md lists them for receivers. */
export const ERROR_CODES = {
  CONNECTION_FAILED: 'The connection failed for another reason.',
  CONNECTION_REFUSED: 'Nothing listens at the address of the receiver.',
  CONNECTION_RESET: 'The receiver closed the connection before it answered.',
  DNS_FAILED: 'The name of the receiver was not found.',
  GONE: 'The receiver answered 410 and wants no more webhooks.',
  HTTP_CLIENT_ERROR: 'The receiver answered with another status of 400 to 499.',
  HTTP_SERVER_ERROR: 'The receiver answered with a status of 500 or above.',
  INTERIM_RESPONSE: 'The receiver sent an interim response unasked. The delivery is sent again at once.',
  INTERNAL: 'Signalbox could not build the request.',
  INTERRUPTED: 'Signalbox stopped during the request. The delivery is sent again.',
  RATE_LIMITED: 'The receiver answered 429.',
  REDIRECTED: 'The receiver answered with a redirect, which is not followed.',
  RESPONSE_INVALID: 'The receiver did not answer in valid HTTP.',
  RESPONSE_TOO_LARGE: 'The receiver sent more than a response may have.',
  TARGET_FORBIDDEN: 'The address of the receiver is not allowed.',
  TIMEOUT: 'The receiver did not answer within the timeout.',
  TLS_CERTIFICATE: 'The certificate of the receiver is not valid.',
  TLS_FAILED: 'The TLS handshake failed.',
  UNREACHABLE: 'There is no route to the receiver.',
} as const

export type ErrorCode = keyof typeof ERROR_CODES
