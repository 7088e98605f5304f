import { useState } from 'react'
import { endpointMatchPreview } from '../../graph/operations.ts'
import { useAsk } from '../../graph/use-ask.ts'
import { endpointSettingTexts as settingTexts } from '../../texts/endpoint-settings.ts'
import { Button } from '../../ui/button.tsx'
import { readFilter } from './endpoint-input.ts'

const words = settingTexts.preview

/** Counts the newest events that the filter of the form around it would match. */
export function MatchPreview() {
  const ask = useAsk(endpointMatchPreview)
  const [result, setResult] = useState<{ text: string; tone?: 'bad' }>()

  async function look(form: HTMLFormElement | null) {
    if (form === null) return
    try {
      const outcome = await ask({ input: readFilter(new FormData(form)) })
      if ('refusal' in outcome) {
        const { message, issues } = outcome.refusal
        return setResult({ text: [message, ...Object.values(issues)].join(' '), tone: 'bad' })
      }
      if (outcome.payload.__typename === 'WebhookEndpointMatchPreviewPayload')
        setResult({ text: words.result(outcome.payload) })
    } catch (error) {
      setResult({ text: (error as Error).message, tone: 'bad' })
    }
  }

  return (
    <div className="row">
      <Button onClick={(event) => look(event.currentTarget.form)}>{words.action}</Button>
      <span role="status" className={result?.tone === 'bad' ? 'fault' : undefined}>
        {result?.text}
      </span>
    </div>
  )
}
