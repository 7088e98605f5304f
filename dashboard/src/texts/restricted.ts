export const restrictedTexts = {
  titles: {
    TWO_FACTOR_REQUIRED: 'Add a second factor',
    NO_ORGANIZATION: 'You belong to no organization',
    ADDRESS_NOT_ALLOWED: 'This network is not allowed',
    FORBIDDEN: 'This organization is closed to you',
  },
  toOwn: 'Open your own organization',
  enrolHint:
    'Your role or your password needs a second factor. The pages open once you have added an authenticator app.',
}
