import { frameTexts } from './frame.ts'

// One export for each part, so that a page loads the texts of its own part alone.
export { accountTexts as account } from './account.ts'
export { auditTexts as audit } from './audit.ts'
export { deliveryTexts as deliveries } from './deliveries.ts'
export { endpointTexts as endpoints } from './endpoints.ts'
export { eventTexts as events, eventTypeTexts as eventTypes } from './events.ts'
export { catalogueTexts as catalogue, inboxTexts as inbox, signatureTexts as signature } from './inbox.ts'
export { deadLetterTexts as deadLetters, jobTexts as jobs, replayTexts as replays } from './jobs.ts'
export { keyTexts as keys } from './keys.ts'
export { memberTexts as members } from './members.ts'
export { operatorTexts as operator, visitTexts as visit } from './operator.ts'
export { overviewTexts as overview } from './overview.ts'
export { restrictedTexts as restricted } from './restricted.ts'
export { settingsTexts as settings } from './settings.ts'
export { signInTexts as signIn } from './sign-in.ts'
export { usageTexts as usage } from './usage.ts'

export const {
  product,
  organization,
  skip,
  menu,
  signOut,
  mode,
  nav,
  live,
  states,
  actions,
  total,
  operation,
  secretOnce,
  time,
} = frameTexts
