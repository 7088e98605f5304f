import { count } from './count.ts'

/** Texts of the form and the details of an endpoint, which load with its page. */
export const endpointSettingTexts = {
  settingNames: {
    url: 'URL',
    externalId: 'External id',
    description: 'description',
    eventTypes: 'event types',
    channels: 'channels',
    predicate: 'predicate',
    headers: 'headers',
    timeoutSeconds: 'timeout',
    retryPolicy: 'retries',
    rateLimit: 'rate',
    maxConcurrency: 'requests in flight',
    disableAfterFailures: 'failures before it is disabled',
    maxAgeSeconds: 'age of events at most',
  },
  conflict: {
    somebody: 'Another person',
    changed: (name: string) => `${name} saved another version of this endpoint`,
    none: 'none',
    choice:
      'Take theirs shows what is saved now in the form. Save mine keeps their other changes, and saves your entries over it.',
    takeTheirs: 'Take theirs',
    saveMine: 'Save mine',
  },
  cause: {
    sentence: (span: string, name: string, change: string) => `The failures began ${span} after ${name} ${change}.`,
    changed: (settings: string) => `changed the ${settings}`,
    settings: 'settings',
    actions: {
      WEBHOOK_ENDPOINT_CREATE: 'created the endpoint',
      WEBHOOK_ENDPOINT_ENABLE: 'enabled the endpoint',
      WEBHOOK_ENDPOINT_ROTATE_SECRET: 'rotated its secret',
    } as Record<string, string>,
  },
  predicate: {
    title: 'Predicate',
    hint: 'A condition on the content of events. Without one, every event of the types and channels above is wanted.',
    forms: 'Form of the predicate',
    modes: [
      ['rows', 'Rows'],
      ['json', 'JSON'],
    ] as const,
    json: 'Predicate as JSON',
    jsonHint: 'One operator: equals, in, prefix, exists, less, greater, and, or, not. Empty for every event.',
    noJson: 'must be valid JSON',
    inexact: 'has a number of more than 15 digits, which a browser cannot send exactly. Save it through the API.',
    /** Stands for a predicate that cannot be written. */
    inexactMark: 'inexact',
    join: 'An event is wanted when',
    joins: [
      ['and', 'all of these hold'],
      ['or', 'one of these holds'],
    ] as const,
    joinWords: { and: 'and', or: 'or' },
    condition: (number: number) => `Condition ${number}`,
    path: 'Path',
    operator: 'Operator',
    operators: {
      equals: 'is',
      'not equals': 'is not',
      in: 'is one of',
      'not in': 'is none of',
      prefix: 'begins with',
      'not prefix': 'does not begin with',
      greater: 'is more than',
      less: 'is less than',
      exists: 'is there',
      'not exists': 'is not there',
    },
    value: 'Value',
    values: 'Values, separated by commas',
    valueHint:
      '100, true and null count as such; "100" in quotes is a text. A path is made of names and dots: data.lines.0.sku.',
    remove: (number: number) => `Remove condition ${number}`,
    none: 'No condition',
    add: 'Add a condition',
  },
  preview: {
    action: 'Count matching events',
    result: ({ examined, matching }: { examined: number; matching: number }) =>
      examined === 0
        ? 'There are no events yet to try this on.'
        : `${matching.toLocaleString()} of the newest ${count(examined, 'event', 'events')} would be wanted.`,
  },
  headers: {
    title: 'Own headers',
    row: (number: number) => `Header ${number}`,
    name: 'Name',
    value: 'Value',
    hint: 'Stored encrypted; their values are never shown again.',
    none: 'No own headers',
    add: 'Add a header',
    remove: (number: number) => `Remove header ${number}`,
    replace: 'Replace all headers',
    unreadable: 'values cannot be read',
  },
  signature: {
    title: 'Signature',
    secrets: 'Signing secrets',
    columns: { state: 'Status', created: 'Made', expires: 'Signs until', publicKey: 'Public key' },
    current: 'Current',
    untilReplaced: 'it is replaced',
    leaving: 'Signs until it expires',
    expired: 'Expired',
    copyKey: 'Copy the public key',
    verify: 'Verify it in your code',
    language: 'Language',
    rawBody: 'Verify the raw bytes of the body, before anything parses them.',
  },
}
