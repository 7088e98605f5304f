/** Pages that a link with a code opens. The code is in the fragment, which browsers send to no server. */
export type LinkPage = 'setup' | 'invitation' | 'reset-password'

/** Links for people, built from PUBLIC_URL and never from the Host header of a request, which its client chooses. */
export type Links = ReturnType<typeof createLinks>

/** @param publicUrl origin under which browsers reach the installation; undefined takes the URL of the server */
export function createLinks(publicUrl: string | undefined) {
  let origin = publicUrl ?? ''
  return {
    /** Origin of the installation, such as https://signalbox.example.com. */
    publicUrl: (): string => origin,

    /** Sets the URL of the server, which is known after it listens. PUBLIC_URL goes before. */
    serveAt(url: string): void {
      origin ||= url
    },

    to: (page: LinkPage, code: string): string => `${origin}/${page}#${code}`,
  }
}
