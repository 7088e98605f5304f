export const signInTexts = {
  title: 'Sign in',
  ended:
    'Your session has ended: it was not used for a while, or it was ended elsewhere. Sign in to go on where you were.',
  email: 'Email',
  password: 'Password',
  remember: 'Keep me signed in for 30 days',
  submit: 'Sign in',
  forgotten: {
    link: 'Forgot your password?',
    title: 'Reset your password',
    submit: 'Send a link',
    sent: 'If a person has this address and the installation sends mail, a link is on its way. Without mail, ask the operator of the installation for a link.',
    back: 'Back to sign-in',
  },
  code: 'Code',
  codeHint: 'The code that your authenticator shows, or one of your recovery codes.',
  reset: {
    title: 'Choose a new password',
    password: 'New password',
    submit: 'Save the password',
    done: 'Your password is saved; sign in with it',
    noCode: 'This address has no reset code. Open the whole link.',
  },
  setup: {
    title: 'Set up Signalbox',
    hint: 'You become the first owner of this installation and of your organization.',
    organization: 'Organization',
    name: 'Your name',
    passwordHint: 'At least 15 characters. A few random words are easy to keep.',
    submit: 'Create and sign in',
    noCode: 'This address has no set-up code. Open the whole link that the start of Signalbox printed.',
    notGood:
      'This set-up link was used or has expired. If you have an account, sign in. Otherwise start Signalbox again, and open the link that it prints.',
  },
}
