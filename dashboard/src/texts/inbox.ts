/** Reasons why a signature could not be verified. */
const faults = {
  NO_SIGNATURE: 'The request has no signature header.',
  NO_SECRET: 'No secret was given, so nothing was checked.',
  BAD_SECRET: 'This is no secret of this scheme. Secrets of Standard Webhooks begin with whsec_.',
  BAD_PUBLIC_KEY: 'This is no public key of this scheme. They begin with whpk_.',
  MISMATCH: 'No signature fits: the secret is another one, or the body was changed.',
  NO_CRYPTO:
    'This browser cannot check the signature here: it does so over https and on localhost only, and ed25519 in versions from 2025 on.',
}

export const signatureTexts = {
  verified: 'Signature verified',
  failed: 'Signature not verified',
  checking: 'Checking the signature',
  faults,
  schemes: {
    STANDARD: 'HMAC-SHA256 of id, time and body (Standard Webhooks)',
    STANDARD_ED25519: 'ed25519 over id, time and body (Standard Webhooks)',
    BODY_HEX: 'HMAC-SHA256 of the body',
    TIMESTAMPED_HEX: 'HMAC-SHA256 of time, id and body',
  },
}

export const inboxTexts = {
  title: 'Inbox',
  action: 'Send yourself an event',
  hint: 'This tab becomes an endpoint. It receives the signed request as your server would, checks the signature, and answers as you choose.',
  description: 'Inbox of a browser tab',
  closed: 'Not connected',
  send: {
    title: 'Send an event',
    type: 'Event type',
    search: 'Find a type',
    data: 'Data',
    dataHint: 'Sent in this very text: 1.0 stays 1.0.',
    notJson: 'must be valid JSON',
    noExample: 'This type has no example. Write the data that its schema wants.',
    submit: 'Send it to yourself',
    others: (count: string, names: string) =>
      `This is a real event. ${count} other endpoints want this type and get it too, unless a filter keeps it away: ${names}.`,
    oneOther: (name: string) =>
      `This is a real event. Another endpoint wants this type and gets it too, unless a filter keeps it away: ${name}.`,
    sent: 'The event is published',
  },
  answer: {
    title: 'This tab answers',
    options: [
      ['ACCEPT', '204 at once', 'The delivery succeeds.'],
      ['FAIL', '500 at once', 'The delivery is retried after 3, 6 and 12 seconds, and is then dead.'],
      ['SLOW', '204 after 8 seconds', 'The delivery is being sent meanwhile.'],
    ] as const,
  },
  scheme: {
    title: 'Signature',
    options: [
      ['STANDARD', 'HMAC with a secret'],
      ['STANDARD_ED25519', 'ed25519 with a public key'],
    ] as const,
    fixed: 'Fixed while the inbox is open.',
  },
  endpoint: {
    title: 'The endpoint of this tab',
    id: 'Endpoint',
    secret: 'Secret',
    publicKey: 'Public key',
    lives: 'It is deleted when you leave this page.',
    livesOn: 'Your role cannot delete it, so it goes 7 days after you leave this page.',
    close: 'Close the inbox',
  },
  received: 'Received',
  empty: 'Nothing received yet',
  emptyHint: 'Send an event: its delivery appears here, from pending to succeeded.',
  states: 'States',
  attempt: (number: number) => `Request ${number}`,
  waiting: 'waits 8 seconds before it answers …',
  answering: 'is being answered …',
  answered: (statusCode: number, ms: number) => `answered ${statusCode} after ${ms.toLocaleString()} ms`,
  stale: 'the answer came too late: the delivery was given to another listener',
  next: 'The next request is',
  request: 'Signed request',
  copyBody: 'Copy the exact body',
  openDelivery: 'Open the delivery',
  responses: { 204: '', 500: 'The inbox was told to answer 500.' } as Record<number, string>,
  ended: 'The stream of this tab has ended.',
  left: 'The page was left, so its endpoint was deleted.',
  reopen: 'Open a new inbox',
  noTypes: 'Events need types',
  noTypesHint:
    'A type names a kind of event, with a schema and an example. The identity catalogue brings 44 of them, for users, sign-ins, organizations and roles.',
}

export const catalogueTexts = {
  identity: 'Add the identity catalogue',
  title: 'Begin with the identity catalogue?',
  hint: 'It registers 44 event types, such as user.created, each with a schema and an example. You can add it later, too.',
  skip: 'Start without event types',
}
