// Small comforts. Every page reads and every form is sent without them; what needs them has the class js-only.
(() => {
  const closest = (event, selector) => event.target.closest?.(selector)
  const open = (selector) => document.querySelectorAll(`${selector}[open]`)

  async function copy (button) {
    const field = document.getElementById(button.dataset.copy)
    const word = button.querySelector('span')
    const before = word.textContent
    try {
      await navigator.clipboard.writeText(field.value)
    } catch {
      field.focus()
      field.select()
      return
    }
    word.textContent = button.dataset.done
    setTimeout(() => { word.textContent = before }, 2000)
  }

  function reveal (button) {
    const field = document.getElementById(button.dataset.reveal)
    const shown = field.type === 'text'
    field.type = shown ? 'password' : 'text'
    button.setAttribute('aria-pressed', String(!shown))
  }

  function shut (details, refocus) {
    details.open = false
    if (refocus) details.querySelector('summary').focus()
  }

  addEventListener('click', (event) => {
    const copying = closest(event, '[data-copy]')
    if (copying) copy(copying)
    const revealing = closest(event, '[data-reveal]')
    if (revealing) reveal(revealing)
    closest(event, '[data-dismiss]')?.closest('[data-toast]').remove()
    const closing = closest(event, '[data-close]')
    if (closing) shut(closing.closest('details'), true)
    for (const details of open('details.drop')) if (!details.contains(event.target)) shut(details, false)
  })

  addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return
    for (const details of open('details.drop')) shut(details, details.contains(document.activeElement))
  })

  // Twice sent is once too often: for some seconds a form on its way is not sent a second time.
  addEventListener('submit', (event) => {
    const form = event.target
    if (event.defaultPrevented || form.method !== 'post' || form.matches('[hx-post], [hx-put], [hx-delete], [data-download]')) return
    if (form.dataset.sent) event.preventDefault()
    form.dataset.sent = 'yes'
    setTimeout(() => { delete form.dataset.sent }, 4000)
  })

  // Good news goes after ten seconds unless someone is reading it; bad news is no toast.
  function settle (toasts) {
    for (const toast of toasts) {
      if (toast.dataset.settled) continue
      toast.dataset.settled = 'yes'
      const leave = () => (toast.matches(':hover, :focus-within') ? setTimeout(leave, 2000) : toast.remove())
      setTimeout(leave, 10000)
    }
  }

  // A value that cannot be sent is looked at first.
  function faulty (within) {
    if (within.querySelector('[data-errors]')) return within.querySelector('[data-errors]').focus()
    within.querySelector('[aria-invalid="true"]')?.focus()
  }

  function ready (event) {
    settle(document.querySelectorAll('[data-toast]'))
    faulty(event.target instanceof Element ? event.target : document)
  }
  ready({ target: document })
  addEventListener('htmx:afterSettle', ready)

  // A passkey that was not given: said in words instead of in the console.
  document.addEventListener('allauth.error', (event) => {
    const said = document.querySelector('[data-passkey-failed]')
    if (said) said.hidden = false
    event.preventDefault()
  })
})()
