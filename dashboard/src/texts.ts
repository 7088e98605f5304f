import { accountTexts } from './texts/account.ts'
import { auditTexts } from './texts/audit.ts'
import { deliveryTexts } from './texts/deliveries.ts'
import { endpointTexts } from './texts/endpoints.ts'
import { eventTexts, eventTypeTexts } from './texts/events.ts'
import { frameTexts } from './texts/frame.ts'
import { deadLetterTexts, jobTexts, replayTexts } from './texts/jobs.ts'
import { keyTexts } from './texts/keys.ts'
import { memberTexts } from './texts/members.ts'
import { operatorTexts, visitTexts } from './texts/operator.ts'
import { overviewTexts } from './texts/overview.ts'
import { restrictedTexts } from './texts/restricted.ts'
import { settingsTexts } from './texts/settings.ts'
import { signInTexts } from './texts/sign-in.ts'
import { usageTexts } from './texts/usage.ts'

/** Every text of the dashboard, by the part that shows it. Texts with a number or name are functions. */
export const texts = {
  ...frameTexts,
  deliveries: deliveryTexts,
  endpoints: endpointTexts,
  events: eventTexts,
  eventTypes: eventTypeTexts,
  jobs: jobTexts,
  replays: replayTexts,
  deadLetters: deadLetterTexts,
  overview: overviewTexts,
  operator: operatorTexts,
  visit: visitTexts,
  account: accountTexts,
  members: memberTexts,
  restricted: restrictedTexts,
  settings: settingsTexts,
  keys: keyTexts,
  usage: usageTexts,
  audit: auditTexts,
  signIn: signInTexts,
}
