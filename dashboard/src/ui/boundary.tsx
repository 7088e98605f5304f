import { Component, type ReactNode } from 'react'
import { texts } from '../texts.ts'
import { PageMissing } from './load-page.ts'
import { MissingPage } from './missing-page.tsx'
import { Failed } from './states.tsx'

/** Keeps a fault of one page from taking the navigation away. React catches such faults in classes only. */
export class Boundary extends Component<{ children: ReactNode }, { error?: Error }> {
  override state: { error?: Error } = {}

  static getDerivedStateFromError(error: Error) {
    return { error }
  }

  override render() {
    if (this.state.error === undefined) return this.props.children
    if (this.state.error instanceof PageMissing) return <MissingPage />
    const fault = { code: 'PAGE', message: texts.states.pageFault }
    return <Failed fault={fault} onRetry={() => this.setState({ error: undefined })} />
  }
}
