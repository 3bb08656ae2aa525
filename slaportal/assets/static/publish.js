// Texts that are mended by line: numbers beside them, and a named line leads to its place. Without it the lines are quoted.
(() => {
  const at = (area, name) => parseFloat(getComputedStyle(area)[name]) || 0
  const findings = [...document.querySelectorAll('[data-line]')]

  function number (area) {
    const found = new Map(findings.filter((one) => one.hash === `#${area.id}`).map((one) => [Number(one.dataset.line), one.dataset.kind]))
    const [frame, gutter] = [document.createElement('div'), document.createElement('pre')]
    frame.className = 'numbered'
    gutter.setAttribute('aria-hidden', 'true')
    area.before(frame)
    frame.append(gutter, area)
    let drawn = 0
    const follow = () => { gutter.scrollTop = area.scrollTop }
    const draw = () => {
      const lines = area.value.split('\n').length
      if (lines !== drawn) {
        gutter.replaceChildren(...Array.from({ length: lines }, (_, before) => {
          const line = document.createElement('span')
          line.textContent = before + 1
          line.className = found.get(before + 1) ?? ''
          return line
        }))
        drawn = lines
      }
      follow()
    }
    const align = () => {
      gutter.style.lineHeight = getComputedStyle(area).lineHeight
      gutter.style.paddingTop = `${at(area, 'paddingTop') + at(area, 'borderTopWidth')}px`
    }
    align()
    addEventListener('resize', align) // narrow pages write larger
    area.addEventListener('scroll', follow)
    area.addEventListener('input', draw)
    draw()
  }

  for (const area of document.querySelectorAll('textarea.mono')) number(area)

  for (const one of findings) {
    one.addEventListener('click', (event) => {
      const area = document.getElementById(one.hash.slice(1))
      if (!area) return
      event.preventDefault()
      const before = area.value.split('\n').slice(0, one.dataset.line - 1)
      const start = before.reduce((sum, line) => sum + line.length + 1, 0)
      const end = area.value.indexOf('\n', start)
      area.focus({ preventScroll: true })
      area.setSelectionRange(start, end < 0 ? area.value.length : end)
      area.scrollTop = Math.max(before.length * at(area, 'lineHeight') - area.clientHeight / 3, 0)
      area.scrollLeft = 0
      area.scrollIntoView({ block: 'center' })
    })
  }
})()
