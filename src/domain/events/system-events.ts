/** Types that begin so are Signalbox's own: they tell about webhooks themselves, and nobody else may register one. */
export const OPERATIONAL_PREFIX = 'webhook.'
/** The type of test events; no endpoint has to subscribe to it. */
export const TEST_EVENT_TYPE = 'webhook.test'
/** Published when failures disable an endpoint (W9). */
export const ENDPOINT_DISABLED_TYPE = 'webhook.endpoint.disabled'
/** Whoever wants it asks for it by name: `*` stands for the host's own events. */
export const ENDPOINT_DISABLED_PATTERNS = [ENDPOINT_DISABLED_TYPE, 'webhook.endpoint.*', 'webhook.*']
