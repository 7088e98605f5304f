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
  yes: 'Yes',
  no: 'No',
  neverSeen: 'never',
  changed: 'The role is changed',
  roleOf: (name: string) => `Role of ${name}`,
  remove: 'Remove',
  removeTitle: 'Remove this member?',
  removeEffect: (name: string) =>
    `The sessions of ${name} in this organization end at once. API keys that ${name} made go on.`,
  removed: 'The member is removed',
  empty: 'No members',
}
