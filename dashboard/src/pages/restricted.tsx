import { type ReactNode, useState } from 'react'
import type { Fault } from '../graph/use-operation.ts'
import { texts } from '../texts.ts'
import { Button } from '../ui/button.tsx'
import { Elevation } from './account/elevation.tsx'
import { ConfirmEnrolment, type Enrolment, RecoveryCodes, useEnrol } from './account/two-factor.tsx'
import { SignOutButton } from './sign-out.tsx'

const words = texts.restricted

/** Stands in place of the pages, and leads a person without access to them. */
export default function Restricted({ fault, onFree }: { fault: Fault; onFree: () => void }) {
  return (
    <main className="alone">
      <div className="card">
        <h1>{words.titles[fault.code as keyof typeof words.titles]}</h1>
        {fault.code === 'TWO_FACTOR_REQUIRED' ? (
          <Enrol onEnrolled={onFree} />
        ) : (
          <Message fault={fault} onRetry={onFree} />
        )}
        <SignOutButton />
      </div>
      <Elevation />
    </main>
  )
}

function Message({ fault, onRetry }: { fault: Fault; onRetry: () => void }): ReactNode {
  const isElsewhere = fault.code === 'FORBIDDEN'
  return (
    <>
      <p>{fault.message}</p>
      <Button onClick={isElsewhere ? () => location.assign('/dashboard') : onRetry}>
        {isElsewhere ? words.toOwn : texts.states.retry}
      </Button>
    </>
  )
}

function Enrol({ onEnrolled }: { onEnrolled: () => void }) {
  const enrol = useEnrol()
  const [enrolment, setEnrolment] = useState<Enrolment>()
  const [codes, setCodes] = useState<readonly string[]>()
  return (
    <>
      <p>{words.enrolHint}</p>
      <Button kind="primary" onClick={async () => setEnrolment(await enrol())}>
        {texts.account.twoFactor.enrol}
      </Button>
      {enrolment !== undefined && codes === undefined && (
        <ConfirmEnrolment enrolment={enrolment} onClose={() => setEnrolment(undefined)} onConfirmed={setCodes} />
      )}
      {codes !== undefined && <RecoveryCodes codes={codes} onClose={onEnrolled} />}
    </>
  )
}
