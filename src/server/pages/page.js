// Sends the form of a page with a link's code as GraphQL. The code is in the fragment, which browsers send to no server.

const ERRORS = '... on Error { message } ... on ValidationError { issues { path message } }'
const OPERATIONS = {
  setup: `mutation SetUp($input: SetupCompleteInput!) {
    answer: setupComplete(input: $input) { __typename ${ERRORS} }
  }`,
  'reset-password': `mutation ResetPassword($input: PasswordResetInput!) {
    answer: passwordReset(input: $input) { __typename ${ERRORS} }
  }`,
}

const form = document.querySelector('form')
const done = document.querySelector('#done')
const fault = document.querySelector('#fault')
const button = document.querySelector('button')
const code = location.hash.slice(1)
const operation = OPERATIONS[location.pathname.split('/').pop()]

if (code === '') {
  fault.textContent = 'This link is not complete: its part after # is missing. Copy the whole link.'
  button.disabled = true
}

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  clearFaults()
  button.disabled = true
  try {
    const input = { code, ...Object.fromEntries(new FormData(form)) }
    const { message, issues = [] } = await send(input)
    if (message === undefined) return showDone()
    for (const issue of issues) showIssue(issue)
    if (document.querySelector('[aria-invalid]') === null) fault.textContent = message
    else document.querySelector('[aria-invalid]').focus()
  } catch {
    fault.textContent = 'Signalbox does not answer. Check that it runs, and try again.'
  }
  button.disabled = false
})

/** The error of the answer; empty after success. */
async function send(input) {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query: operation, variables: { input } }),
  })
  const { data, errors } = await response.json()
  return errors?.[0] ?? data.answer
}

/** Shows an issue below its field, or above the button for a path without a field. */
function showIssue({ path, message }) {
  const name = path.split('.').pop()
  const field = form.elements.namedItem(name)
  if (field === null) {
    fault.textContent = `${name} ${message}`
    return
  }
  field.setAttribute('aria-invalid', 'true')
  const text = `${field.labels[0].textContent} ${message}.`
  document.querySelector(`#${name}-fault`).textContent = text
}

function clearFaults() {
  for (const element of document.querySelectorAll('.fault')) element.textContent = ''
  for (const field of form.querySelectorAll('[aria-invalid]')) field.removeAttribute('aria-invalid')
}

function showDone() {
  // The code was used up, and the password must not stay in the page.
  history.replaceState(null, '', location.pathname)
  form.reset()
  document.querySelector('#start').hidden = true
  done.hidden = false
  done.querySelector('h1').focus()
}
