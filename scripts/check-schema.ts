// npm run check: lints schema/schema.graphql with every rule of graphql-eslint, except where a decision is written here.
import path from 'node:path'
import graphqlEslint from '@graphql-eslint/eslint-plugin'
import { ESLint, type Linter } from 'eslint'

const root = path.join(import.meta.dirname, '..')
const SCHEMA = 'schema/schema.graphql'
const ALL: Linter.RulesRecord = {
  ...graphqlEslint.configs['flat/schema-all'].rules,
  ...graphqlEslint.configs['flat/schema-recommended'].rules,
  ...graphqlEslint.configs['flat/schema-relay'].rules,
}

/** Rules that differ from their defaults, each with its reason. */
const DECISIONS: Linter.RulesRecord = {
  // Every definition, not types and root fields alone, needs a description.
  '@graphql-eslint/require-description': [
    'error',
    {
      ...{ types: true, rootField: true, DirectiveDefinition: true },
      ...{ EnumValueDefinition: true, FieldDefinition: true, InputValueDefinition: true },
    },
  ],
  // An event type is a term of the glossary, so `EventType` may end in `Type`.
  '@graphql-eslint/naming-convention': withoutSuffixes('ObjectTypeDefinition,ObjectTypeExtension'),
  // Bounded lists of values, such as `permissions` and `nodes` beside `edges`, are no connections. A usage record is
  // packed with others into one row and has no id, so the node of its edge is no `Node`.
  '@graphql-eslint/relay-edge-types': [
    'error',
    { withEdgeSuffix: true, listTypeCanWrapOnlyEdgeType: false, shouldImplementNode: false },
  ],

  // Off: `npm run sdl` sorts the schema by name, upper case first. The rule sorts without regard to case.
  '@graphql-eslint/alphabetize': 'off',
  // Off: only a row of its own has an id. Payloads, pages, figures and settings are values of their parent, and caches
  // keep them there.
  '@graphql-eslint/strict-id-in-types': 'off',
  // Off: a mutation on one object takes its `id` beside `input`, so that creating and updating share the meaning of `input`.
  '@graphql-eslint/input-name': 'off',
  // Off: result unions, connections and the viewer always exist, and clients need no branch for null. A look-up by id is
  // nullable.
  '@graphql-eslint/require-nullable-result-in-root': 'off',
  // Off: Signalbox has mutations and subscriptions.
  '@graphql-eslint/no-root-type': 'off',
}

/** The default naming rules, without forbidden suffixes for one kind of definition. */
function withoutSuffixes(selector: string): Linter.RuleEntry {
  const [severity, options] =
    graphqlEslint.configs['flat/schema-recommended'].rules['@graphql-eslint/naming-convention']
  return [severity, { ...options, [selector]: {} }]
}

const eslint = new ESLint({
  cwd: root,
  overrideConfigFile: true,
  overrideConfig: {
    files: [SCHEMA],
    languageOptions: { parser: graphqlEslint.parser, parserOptions: { graphQLConfig: { schema: SCHEMA } } },
    plugins: { '@graphql-eslint': graphqlEslint as ESLint.Plugin },
    rules: { ...ALL, ...DECISIONS },
  },
})
const [result] = await eslint.lintFiles(SCHEMA)
for (const { line, message, ruleId } of result!.messages) console.error(`${SCHEMA}:${line}: ${message} (${ruleId})`)
console.log(
  result!.messages.length === 0 ? 'The schema keeps its rules.' : `${result!.messages.length} faults in the schema.`,
)
process.exitCode = result!.messages.length === 0 ? 0 : 1
