import { lazy, Suspense, useCallback, useState } from 'react'
import { Redirect, Route, Switch, useLocation } from 'wouter'
import { Layout } from './layout.tsx'
import { Pages } from './pages/pages.tsx'
import { SignIn } from './pages/sign-in.tsx'
import { SessionProvider } from './session-provider.tsx'
import { Loading } from './ui/states.tsx'
import { Toasts } from './ui/toasts.tsx'

const BASE = '/dashboard'
/** Pages that a person sees once. */
const SetUp = lazy(() => import('./pages/set-up.tsx'))
const Invitation = lazy(() => import('./pages/invitation.tsx'))
const ResetPassword = lazy(() => import('./pages/reset-password.tsx'))

/** Links of mails and of the terminal, the sign-in, and the pages of an organization. */
export function App() {
  return (
    <>
      <Suspense fallback={<Loading />}>
        <Switch>
          <Route path="/setup" component={SetUp} />
          <Route path="/invitation" component={Invitation} />
          <Route path="/reset-password" component={ResetPassword} />
          <Route path={`${BASE}/:organization`} nest>
            {({ organization }) => <OrganizationPages organizationId={organization} />}
          </Route>
          <Route>
            <OrganizationPages organizationId={undefined} />
          </Route>
        </Switch>
      </Suspense>
      <Toasts />
    </>
  )
}

/** The pages of an organization for a person who is signed in, or else the sign-in, which leads back to the same page. */
function OrganizationPages({ organizationId }: { organizationId: string | undefined }) {
  const [signedOut, setSignedOut] = useState<{ hasEnded: boolean }>()
  const onEnded = useCallback((wasOpen: boolean) => setSignedOut({ hasEnded: wasOpen }), [])
  const [location] = useLocation()
  if (signedOut !== undefined)
    return <SignIn hasEnded={signedOut.hasEnded} onSignedIn={() => setSignedOut(undefined)} />
  return (
    <SessionProvider key={organizationId} organizationId={organizationId} onEnded={onEnded}>
      {(viewer) =>
        organizationId === undefined ? (
          <Redirect to={`${BASE}/${viewer.organization.id}`} replace state={{ from: location }} />
        ) : (
          <Layout>
            <Pages />
          </Layout>
        )
      }
    </SessionProvider>
  )
}
