// The charter's fingerprint, typed in eight groups, each judged by its check character as soon as it is whole.

import { _, number } from './words.js'
import { make } from './dom.js'

const GROUPS = 8, LENGTH = 6

export class Fingerprint {
  /** `core` judges: the rule is the C's, not another copy of it. */
  constructor(core, changed) {
    this.core = core
    this.changed = changed
    this.zero = core.fingerprintOf(new Uint8Array(32)).split(' ')
    this.values = Array(GROUPS).fill('')
    this.pin = null
  }

  render() {
    this.inputs = this.values.map((value, group) =>
      make('input', {
        type: 'text', id: `group-${group}`, maxlength: LENGTH, autocomplete: 'off', autocapitalize: 'characters', spellcheck: 'false', value,
        dir: 'ltr', 'aria-describedby': 'fingerprint-said',
        oninput: () => this.typed(group), onpaste: (event) => this.pasted(event, group)
      }))
    this.said = make('p', { class: 'said', id: 'fingerprint-said', role: 'status' })
    const element = make('fieldset', {},
      make('legend', { class: 'visually-hidden' }, _('Fingerprint of the charter')),
      make('p', { class: 'hint' }, _('Eight groups of six characters. It must have reached you by another way than this package: a letter, a published notice, a call to somebody you know. Capital or small letters are the same.')),
      make('div', { class: 'groups' }, this.inputs.map((input, group) =>
        make('div', {}, make('label', { for: input.id }, _('Group %s', number(group + 1))), input))),
      this.said)
    this.judge()
    return element
  }

  typed(group) {
    const input = this.inputs[group]
    this.values[group] = input.value.trim()
    if (this.values[group].length === LENGTH && this.stateOf(group) === 'good' && document.activeElement === input) this.inputs[group + 1]?.focus()
    this.judge()
  }

  /** A whole fingerprint pasted into one group fills the others. */
  pasted(event, group) {
    const text = event.clipboardData.getData('text').replace(/\s+/g, '')
    if (text.length <= LENGTH) return
    event.preventDefault()
    for (let at = 0; at < text.length && group < GROUPS; at += LENGTH, group++) {
      this.values[group] = text.slice(at, at + LENGTH)
      this.inputs[group].value = this.values[group]
    }
    this.judge()
  }

  /** Of one group alone: the others are taken as right. */
  stateOf(group) {
    const value = this.values[group]
    if (value.length < LENGTH) return value === '' ? 'empty' : 'short'
    const said = this.core.fingerprint(this.zero.map((right, at) => (at === group ? value : right)).join(' '))
    return said.pin ? 'good' : said.id
  }

  judge() {
    const states = this.values.map((_value, group) => this.stateOf(group))
    const wrong = states.findIndex((state) => state.startsWith('fingerprint.'))
    states.forEach((state, group) => {
      const input = this.inputs[group]
      input.classList.toggle('good', state === 'good')
      if (state.startsWith('fingerprint.')) input.setAttribute('aria-invalid', 'true')
      else input.removeAttribute('aria-invalid')
    })
    const whole = states.every((state) => state === 'good')
    this.pin = whole ? this.core.fingerprint(this.values.join(' ')).pin ?? null : null
    if (wrong >= 0) this.said.textContent = _('Group %s is mistyped: compare it with your copy, character by character.', number(wrong + 1))
    else if (whole) this.said.textContent = _('All eight groups are well typed.')
    else this.said.textContent = ''
    this.changed(this)
  }

  /** 'whole', 'empty', or 'unfinished': half a fingerprint is no reason to go on without one. */
  get state() {
    if (this.pin) return 'whole'
    return this.values.every((value) => value === '') ? 'empty' : 'unfinished'
  }
}
