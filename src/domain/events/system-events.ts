/** Prefix of Signalbox's own event types. Organizations cannot register types that begin with it. */
export const OPERATIONAL_PREFIX = 'webhook.'
/** Type of test events. Endpoints receive test events without a subscription. */
export const TEST_EVENT_TYPE = 'webhook.test'
/**
 * Published when consecutive failures disable an endpoint (prisma/functions). `*` matches the operator's events only, so
 * system events are subscribed by name.
 */
export const ENDPOINT_DISABLED_TYPE = 'webhook.endpoint.disabled'
