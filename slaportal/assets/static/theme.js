// Light or dark, before the first pixel: loaded blocking in the head. Without a choice the system's.
(() => {
  const root = document.documentElement
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const choice = () => {
    try {
      return localStorage.getItem('theme') || 'system'
    } catch {
      return 'system'
    }
  }
  const apply = () => {
    const chosen = choice()
    root.dataset.bsTheme = chosen === 'dark' || (chosen === 'system' && dark.matches) ? 'dark' : 'light'
    for (const button of document.querySelectorAll('[data-theme-choice]')) {
      button.setAttribute('aria-pressed', String(button.dataset.themeChoice === chosen))
    }
  }
  root.classList.add('js')
  apply()
  dark.addEventListener('change', apply)
  addEventListener('storage', apply)
  addEventListener('DOMContentLoaded', apply)
  addEventListener('beforeprint', () => { root.dataset.bsTheme = 'light' })
  addEventListener('afterprint', apply)
  addEventListener('click', (event) => {
    const button = event.target.closest?.('[data-theme-choice]')
    if (!button) return
    try {
      localStorage.setItem('theme', button.dataset.themeChoice)
    } catch { /* A browser that keeps nothing shows the system's. */ }
    apply()
  })
})()
