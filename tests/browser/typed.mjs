/** Run in verify.html: all groups of the fingerprint typed (none: emptied), and the verification started. Given to a browser as its text. */
export function typed(pin) {
  const groups = pin === '' ? [] : pin.trim().split(' ')
  for (let group = 0; group < 8; group++) {
    const input = document.getElementById('group-' + group)
    input.value = groups[group] ?? ''
    input.dispatchEvent(new Event('input'))
  }
  document.getElementById('start').click()
}
