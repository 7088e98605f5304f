import { endpointSettingTexts as settingTexts } from '../../texts/endpoint-settings.ts'
import { needsValue, toComparisons } from './predicate-form.ts'

const words = settingTexts.predicate

/** A predicate as people read it; as JSON when it has more structure than comparisons side by side. */
export function predicateSentence(predicate: unknown): string {
  const comparisons = toComparisons(predicate)
  if (comparisons === undefined) return JSON.stringify(predicate)
  return comparisons.rows
    .map(
      ({ path, operator, value }) => `${path} ${words.operators[operator]}${needsValue(operator) ? ` ${value}` : ''}`,
    )
    .join(` ${words.joinWords[comparisons.join]} `)
}
