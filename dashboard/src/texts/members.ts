export const memberTexts = {
  title: 'Members',
  roles: { OWNER: 'Owner', ADMIN: 'Admin', DEVELOPER: 'Developer', VIEWER: 'Viewer' } as Record<string, string>,
  columns: {
    name: 'Name',
    role: 'Role',
    factor: 'Second factor',
    seen: 'Last seen',
    joined: 'Joined',
    actions: 'Actions',
  },
  you: '(you)',
  factorOn: 'On',
  factorOff: 'Off',
  neverSeen: 'never',
  changed: 'The role is changed',
  roleOf: (name: string) => `Role of ${name}`,
  remove: 'Remove',
  removeLabel: (name: string) => `Remove ${name}`,
  leave: {
    action: 'Leave',
    title: 'Leave this organization?',
    done: 'You have left the organization',
    effect: (organization: string) =>
      `You lose your access to ${organization} at once, and need an invitation to come back. API keys that you made go on.`,
  },
  transfer: {
    action: 'Make owner',
    label: (name: string) => `Make owner in your place: ${name}`,
    title: 'Give the ownership away?',
    done: 'The ownership is transferred',
    effect: (name: string, organization: string) =>
      `${name} becomes an owner of ${organization}, and you become an admin. Only an owner can undo this.`,
  },
  removeTitle: 'Remove this member?',
  removeEffect: (name: string) =>
    `The sessions of ${name} in this organization end at once. API keys that ${name} made go on.`,
  removed: 'The member is removed',
  empty: 'No members',
  invitations: {
    title: 'Invitations',
    invite: 'Invite a person',
    columns: { email: 'Address', role: 'Role', status: 'Status', by: 'Invited by', expires: 'Good until' },
    status: { OPEN: 'Open', ACCEPTED: 'Accepted', EXPIRED: 'Expired', REVOKED: 'Revoked' } as Record<string, string>,
    revoke: 'Revoke',
    revokeLabel: (email: string) => `Revoke the invitation of ${email}`,
    revoked: 'The link is good no more',
    linkTitle: 'The invitation is made',
    linkHint: 'Give this link to the person. It is good once, within seven days, and is not shown again.',
  },
  accept: {
    title: 'You are invited',
    about: (organization: string, role: string, email: string) =>
      `You are invited to ${organization} as ${role}, with the address ${email}.`,
    signedInHint: 'Leave both fields empty when you have an account and are signed in with that address.',
    submit: 'Accept',
    notGood: 'This invitation was used, has expired, or was revoked. Ask for another one.',
  },
}
