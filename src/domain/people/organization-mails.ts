import { afterCommit } from '../../database/after-commit.ts'
import type { Transaction } from '../../database/client.ts'
import type { Member } from '../../database/generated/client.ts'
import type { Links } from './links.ts'
import type { Mail } from './mail.ts'
import type { Role } from './roles.ts'

/** Mails about an organization to its people. Without a mail server nothing is sent, and the audit trail has the change. */
export type OrganizationMails = ReturnType<typeof createOrganizationMails>

export function createOrganizationMails(deps: { mail: Pick<Mail, 'send'>; links: Links }) {
  const { mail, links } = deps

  return {
    /** Sends the link of an invitation after its commit, without waiting for the mail server. */
    invite(tx: Transaction, invitation: { to: string; inviter: string; organization: string; url: string }): void {
      const { to, url } = invitation
      // Names of keys and of earlier versions may have line breaks, which would read as the text of the mail.
      const [inviter, organization] = [oneLine(invitation.inviter), oneLine(invitation.organization)]
      const text = `${inviter} invites you to the organization ${organization} on Signalbox.\n\nOpen this link within 7 days to accept:\n${url}\n\nIf you do not know ${inviter}, ignore this mail.\n`
      afterCommit(tx, () => void mail.send({ to, subject: `Signalbox: Invitation to ${organization}`, text }))
    },

    /**
     * Tells a person that it became an owner, or is one no more.
     *
     * @param role the new role; null after a removal
     */
    async ownerChanged(tx: Transaction, { personId, organizationId }: Member, role: Role | null): Promise<void> {
      const { email, name } = await tx.person.findUniqueOrThrow({ where: { id: personId } })
      const organization = await tx.organization.findUniqueOrThrow({ where: { id: organizationId } })
      const subject = role === 'OWNER' ? 'You are an owner now' : 'You are no owner any more'
      const change =
        role === null
          ? `You were removed from the organization ${organization.name}.`
          : `Your role in the organization ${organization.name} is ${role} now.`
      const text = `Hello ${name},\n\n${change}\n\nIf this is a surprise, ask the other owners, or the operator of ${links.publicUrl()}.\n`
      afterCommit(tx, () => void mail.send({ to: email, subject: `Signalbox: ${subject}`, text }))
    },
  }
}

/** A name on one line, as a part of a mail. */
const oneLine = (name: string): string => name.replace(/\s+/g, ' ')
