import type { Fault } from '../../graph/use-operation.ts'
import { texts } from '../../texts.ts'
import { Button } from '../../ui/button.tsx'
import { SignOutButton } from '../sign-out.tsx'
import { Elevation } from './elevation.tsx'
import { TwoFactor } from './two-factor.tsx'

const words = texts.signIn

/** The page of a person whose session opens nothing but the own account, with the way out. */
export default function Restricted({ fault, onRetry }: { fault: Fault; onRetry: () => void }) {
  const { title, hint } = words.restricted[fault.code] ?? { title: texts.states.failed, hint: fault.message }

  return (
    <main className="alone">
      <div className="card">
        <h1>{title}</h1>
        <p role="alert">{hint}</p>
        {fault.code === 'TWO_FACTOR_REQUIRED' && <TwoFactor isEnabled={false} onChanged={onRetry} />}
        <div className="actions">
          {fault.code === 'FORBIDDEN' && <Button onClick={() => location.assign('/dashboard')}>{words.openOwn}</Button>}
          {fault.code !== 'TWO_FACTOR_REQUIRED' && <Button onClick={onRetry}>{texts.states.retry}</Button>}
          <SignOutButton />
        </div>
      </div>
      <Elevation />
    </main>
  )
}
