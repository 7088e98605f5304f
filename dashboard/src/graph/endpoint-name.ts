import { texts } from '../texts.ts'

/** Name of an endpoint in lists: its URL, or the word for a stream, which has none. */
export const endpointName = ({ url }: { url: string | null }): string => url ?? texts.endpoints.stream
