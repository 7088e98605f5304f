import { builder } from './builder.ts'

interface HttpHeader {
  name: string
  value: string
}

export const HttpHeaderType = builder.objectRef<HttpHeader>('HttpHeader').implement({
  description: 'A header of an HTTP request or response.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name of the header.' }),
    value: t.exposeString('value', { description: 'Value of the header; repeated ones are joined by a comma.' }),
  }),
})

export const HttpHeaderInput = builder.inputType('HttpHeaderInput', {
  description: 'A header of an HTTP request.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Name of the header, at most 128 characters.' }),
    value: t.string({
      required: true,
      description: 'Value of the header, at most 4,096 printable ASCII characters.',
    }),
  }),
})

/** Stored headers as a list. */
export const listHeaders = (headers: Record<string, string>): HttpHeader[] =>
  Object.entries(headers).map(([name, value]) => ({ name, value }))
