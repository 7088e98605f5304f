/** A text in fixed width, in its own bounds. The keyboard scrolls it, so it takes the focus. */
export function Code({ children, testId }: { children: string; testId?: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region needs the keyboard (WCAG 2.1.1)
    <pre className="code" tabIndex={0} data-testid={testId}>
      {children}
    </pre>
  )
}
