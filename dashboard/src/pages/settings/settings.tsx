import { settings } from '../../graph/operations.ts'
import { useRead } from '../../graph/use-operation.ts'
import { useSession } from '../../graph/use-session.ts'
import { texts } from '../../texts.ts'
import { Copy } from '../../ui/copy.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Panel } from '../../ui/panel.tsx'
import { Answered } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { RemoveOrganization } from './remove-organization.tsx'
import { RenameOrganization } from './rename-organization.tsx'
import { SignInRules } from './sign-in-rules.tsx'

const words = texts.settings

/** The organization, and the rules by which its members sign in. */
export default function Settings() {
  const { can, visit } = useSession()
  const answer = useRead(settings, {})
  return (
    <>
      <div className="page-head">
        <h1>{words.title}</h1>
      </div>
      <Answered answer={answer}>
        {({ viewer: { organization } }) => (
          <div className="columns">
            <div className="stack">
              <Panel title={words.organization}>
                <div className="stack">
                  <Facts
                    facts={[
                      [
                        words.id,
                        <span key="id" className="row">
                          <code>{organization.id}</code> <Copy text={organization.id} />
                        </span>,
                      ],
                      !can('organization:write') && [words.name, organization.name],
                      [words.plan, words.plans[organization.plan] ?? organization.plan],
                      ['', <span key="hint">{words.planHints[organization.plan]}</span>],
                      [words.created, <Time key="created" at={organization.createdAt} />],
                    ]}
                  />
                  {can('organization:write') && (
                    <RenameOrganization organization={organization} onBehind={answer.refresh} />
                  )}
                </div>
              </Panel>
              {can('organization:delete') && visit === undefined && <RemoveOrganization name={organization.name} />}
            </div>
            {organization.settings !== null && (
              <SignInRules organization={organization} settings={organization.settings} onBehind={answer.refresh} />
            )}
          </div>
        )}
      </Answered>
    </>
  )
}
