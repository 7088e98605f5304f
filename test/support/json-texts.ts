import fc from 'fast-check'

const space = fc.constantFrom('', '', '', ' ', '\n', '\t', '\r\n', '  ')
const number = fc.oneof(
  fc.constantFrom(
    '12345678901234567890',
    '1e400',
    '-0',
    '1.0',
    '1.50',
    '0e5',
    '-1E+2',
    '1e-400',
    '0.1234567890123456789',
  ),
  fc.stringMatching(/^-?(0|[1-9]\d{0,25})(\.\d{1,20})?([eE][+-]?\d{1,3})?$/),
)
/** Characters and escapes of a string: quotes, halves of surrogate pairs, controls, and letters beyond ASCII. */
const piece = fc.oneof(
  fc.constantFrom('a', 'é', '\u2028', '😀', '{', '}', '[', ']', ',', ':', ' ', '/', '\u007f'),
  fc.constantFrom('\\"', '\\\\', '\\/', '\\n', '\\u2028', '\\u0000', '\\ud800', '\\uDE00', '\\u00e9', '\\ud83d\\ude00'),
)
const string = fc.array(piece, { maxLength: 8 }).map((pieces) => `"${pieces.join('')}"`)
const name = fc.oneof(string, fc.constantFrom('"10"', '"2"', '"__proto__"', '"a"', '"constructor"', '""'))
const members = (value: fc.Arbitrary<string>) =>
  fc.uniqueArray(fc.tuple(name, space, space, value), { maxLength: 5, selector: ([text]) => JSON.parse(text) })

/** JSON texts as publishers of any language write them, white space and escapes included, with no name twice. */
export const jsonText = () =>
  fc.letrec<{ value: string }>((tie) => ({
    value: fc
      .tuple(
        space,
        fc.oneof(
          { maxDepth: 4, withCrossShrink: true },
          fc.oneof(number, string, fc.constantFrom('true', 'false', 'null')),
          fc.array(tie('value'), { maxLength: 5 }).map((entries) => `[${entries.join(',')}]`),
          members(tie('value')).map(
            (list) => `{${list.map(([text, before, after, value]) => `${before}${text}${after}:${value}`).join(',')}}`,
          ),
        ),
        space,
      )
      .map((parts) => parts.join('')),
  })).value
