// A policy's text and its sentences: what belongs together is lit on both sides. The anchors lead there without it.
(() => {
  const sides = document.querySelector('[data-sides]')
  if (!sides) return
  const still = matchMedia('(prefers-reduced-motion: reduce)')
  const of = new Map() // a line: the sentences that come from it
  const lines = new Map() // a sentence: its lines
  for (const sentence of sides.querySelectorAll('[data-lines]')) {
    const own = sentence.dataset.lines.split(' ').filter(Boolean).map((number) => document.getElementById(`L${number}`))
    lines.set(sentence, own)
    for (const line of own) of.set(line, [...(of.get(line) ?? []), sentence])
  }

  let waiting = 0
  function light (target) {
    const sentence = target?.closest('[data-lines]')
    const line = target?.closest('.yaml .l')
    const others = sentence ? lines.get(sentence) : of.get(line) ?? []
    for (const lit of sides.querySelectorAll('.lit')) lit.classList.remove('lit')
    if (others.length) for (const one of [sentence ?? line, ...others]) one.classList.add('lit')
    return others
  }

  // Only the other side moves, and only if what is lit cannot be seen there.
  function bring ([first]) {
    const side = first?.closest('.side-of')
    if (!side || side.scrollHeight <= side.clientHeight) return
    const [at, within] = [first.getBoundingClientRect(), side.getBoundingClientRect()]
    if (at.top >= within.top && at.bottom <= within.bottom) return
    const top = side.scrollTop + at.top - within.top - side.clientHeight / 4
    side.scrollTo({ top, behavior: still.matches ? 'auto' : 'smooth' })
  }

  sides.addEventListener('pointerover', (event) => {
    clearTimeout(waiting)
    const others = light(event.target)
    waiting = setTimeout(bring, 250, others)
  })
  sides.addEventListener('pointerleave', () => { clearTimeout(waiting); light(null) })
  sides.addEventListener('focusin', (event) => {
    const others = light(event.target)
    if (event.target.matches(':focus-visible')) bring(others)
  })
  sides.addEventListener('focusout', () => light(null))
})()
