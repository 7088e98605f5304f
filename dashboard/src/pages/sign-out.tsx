import { signOut } from '../graph/operations.ts'
import { useChange } from '../graph/use-operation.ts'
import { texts } from '../texts.ts'
import { Button } from '../ui/button.tsx'

export function SignOutButton() {
  const { send } = useChange(signOut)
  async function leave() {
    await send({})
    location.assign('/dashboard')
  }
  return (
    <Button kind="quiet" onClick={leave}>
      {texts.signOut}
    </Button>
  )
}
