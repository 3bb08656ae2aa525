// The desk: timers that tick without a request, and keys. Everything works without it.
(() => {
  const MINUTE = 60000

  // Words are the server's: "3 h 10 min left", "Due soon: 23 min left", "Breached 5 min ago" hold one length each.
  function length (ms) {
    const minutes = Math.floor(Math.abs(ms) / MINUTE)
    const [d, h, m] = [Math.floor(minutes / 1440), Math.floor(minutes % 1440 / 60), minutes % 60]
    if (d) return h ? `${d} d ${h} h` : `${d} d`
    if (h) return m && h < 12 ? `${h} h ${m} min` : `${h} h`
    return `${m} min`
  }

  const LENGTH = /\d+ d( \d+ h)?|\d+ h( \d+ min)?|\d+ min/
  function tick () {
    if (document.hidden) return
    const now = Date.now()
    for (const badge of document.querySelectorAll('[data-due]')) {
      const left = Date.parse(badge.dataset.due) - now
      const late = badge.classList.contains('breached')
      if (left < 0 !== late || Math.abs(left) < MINUTE) continue // another state is the server's to say
      const words = badge.querySelector('[data-words]')
      const said = words.textContent.replace(LENGTH, length(left))
      if (said !== words.textContent) words.textContent = said
    }
  }
  setInterval(tick, MINUTE)
  document.addEventListener('visibilitychange', tick)

  const rows = () => [...document.querySelectorAll('[data-row]')]
  function move (by) {
    const all = rows()
    const at = all.indexOf(document.activeElement)
    const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + by))]
    next?.focus()
    next?.scrollIntoView({ block: 'nearest' })
  }

  function reach (selector) {
    const found = document.querySelector(selector)
    if (!found) return false
    for (let within = found.closest('details'); within; within = within.parentElement.closest('details')) within.open = true
    if (found.matches('a')) found.click(); else found.focus()
    return true
  }

  let before = ''
  const KEYS = {
    j: () => move(1),
    k: () => move(-1),
    o: () => document.activeElement.matches('[data-row]') && document.activeElement.click(),
    '/': () => document.getElementById('goto')?.showModal(),
    '?': () => document.getElementById('keys')?.showModal(),
    r: () => reach('[data-key=r]'),
    n: () => reach('[data-key=n]'),
    s: () => reach('[data-key=s]'),
    p: () => reach('[data-key=p]'),
    a: () => reach('[data-key=a]'),
    e: () => reach('[data-key=e]'),
    u: () => reach('[data-key=u]'),
    q: () => before === 'g' && location.assign('/queue/')
  }

  addEventListener('keydown', (event) => {
    const typing = event.target.closest?.('input, textarea, select, [contenteditable]')
    if (typing) {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) typing.form?.requestSubmit()
      return
    }
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return
    const act = KEYS[event.key]
    if (act && act() !== false) event.preventDefault()
    before = event.key
  })
})()
