// A list that follows another choice: its nth group belongs to the nth value of data-groups, "*" to every other value.
// What stands beside a choice for one of its values (data-beside, data-value) is there while that is chosen.
// Without it all groups are there under their names, and the server says which go together.
(() => {
  for (const list of document.querySelectorAll('select[data-follows]')) {
    const followed = document.getElementById(list.dataset.follows)
    if (!followed) continue
    const values = JSON.parse(list.dataset.groups)
    const groups = [...list.querySelectorAll('optgroup')]

    const follow = () => {
      const exact = values.indexOf(followed.value)
      const shown = groups[exact < 0 ? values.indexOf('*') : exact]
      const chosen = list.value
      for (const group of groups) if (group !== shown) group.remove() // a hidden option is none everywhere
      if (shown && !shown.isConnected) list.append(shown)
      const same = [...list.options].find((option) => option.value === chosen) ?? list.options[0]
      if (same) same.selected = true
    }
    follow()
    followed.addEventListener('change', follow)
    addEventListener('pageshow', follow) // Back may bring another choice along
  }

  for (const part of document.querySelectorAll('[data-beside]')) {
    const followed = document.getElementById(part.dataset.beside)
    const follow = () => {
      part.hidden = followed.value !== part.dataset.value
    }
    follow()
    followed.addEventListener('change', follow)
    addEventListener('pageshow', follow)
  }
})()
