import { useState } from 'react'
import { texts } from '../texts.ts'
import { Button } from './button.tsx'

const SHOWN_MS = 1_500

/** Copies a text to the clipboard and says so. */
export function Copy({ text, label = texts.actions.copy }: { text: string; label?: string }) {
  const [isCopied, setCopied] = useState(false)
  async function copy() {
    await navigator.clipboard.writeText(text)
    setCopied(true)
    setTimeout(() => setCopied(false), SHOWN_MS)
  }
  return (
    <Button onClick={copy} aria-live="polite">
      {isCopied ? texts.actions.copied : label}
    </Button>
  )
}
