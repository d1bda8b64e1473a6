// What is under seal for the judge alone: everybody sees that there is something, who opens it reads it.

import { Decrypter, identityToRecipient } from 'age-encryption'
import { _, number, words } from './words.js'
import { code, make } from './dom.js'
import { isOfDevice } from './run.js'
import { saysNothing, word } from './values.js'

const PATH = 'data/notice/records.jsonl.age'

export function noticeSection(report) {
  const { notice } = report.account
  return [
    make('dl', {}, [
      [_('Records that the judge is told of'), number(notice.sealed)], [_('Opened by'), words(`notice.opens.${notice.opens}`)],
      notice.to ? [_('Key that opens it'), code(notice.to)] : null,
      [_('Sealed bytes'), word(notice.payload)], [_('Content'), word(notice.content)]
    ].filter(Boolean).map(([name, value]) => [make('dt', {}, name), make('dd', {}, value)])),
    report.told ? told(report) : opener(report, notice)]
}

function opener(report, notice) {
  const file = report.run.files.get(PATH)
  if (!file || notice.payload !== 'intact' || notice.content === 'altered') return null
  const isKey = notice.opens === 'recipient'
  const said = make('p', { class: 'said', role: 'status' })
  const secret = make('input', { type: 'password', id: 'secret-notice', autocomplete: 'off', spellcheck: 'false', dir: 'ltr' })
  const button = make('button', { type: 'submit' }, _('Open'))
  return make('form', {
    class: 'screen', onsubmit: async (event) => {
      event.preventDefault()
      button.disabled = true
      const typed = secret.value.trim()
      secret.value = ''
      try {
        await open(report, await decrypt(file, typed, isKey))
      } catch (error) {
        const failed = isOfDevice(error)
        // Whoever holds the key that it is said to be sealed for, and can't open it, was deceived.
        if (!failed && isKey && notice.to === await identityToRecipient(typed).catch(() => null)) await open(report, null)
        else {
          said.textContent = failed ? saysNothing(error) : _('It could not be opened: wrong passphrase or key, or altered bytes.')
          button.disabled = false
        }
      }
    }
  },
  make('p', {}, make('label', { for: 'secret-notice' }, isKey ? _('Key (AGE-SECRET-KEY-1…), used on this page only') : _('Passphrase, used on this page only'))),
  make('p', { class: 'ask' }, secret, button),
  said)
}

async function decrypt(file, secret, isKey) {
  const decrypter = new Decrypter()
  if (isKey) decrypter.addIdentity(secret)
  else decrypter.addPassphrase(secret)
  return decrypter.decrypt(new Uint8Array(await file.arrayBuffer()))
}

/** `plain`: null where it doesn't open for its own key. */
async function open(report, plain) {
  const said = await report.run.notice(plain)
  report.result.account = said.account
  report.told = said.told
  report.refresh()
  document.getElementById('notice-told')?.focus()
}

function told(report) {
  const { words: say, sealed } = report.told
  return make('div', { id: 'notice-told', tabindex: '-1' },
    say ? [make('h3', {}, _('To the judge, from whoever packed it')), make('p', { dir: 'auto' }, say)] : null,
    make('ol', { class: 'list' }, sealed.map((one) => [
      report.entry(one.record),
      make('li', {}, make('p', {}, words(`linked.why.${one.why}`)), missing(one.because)),
      one.because.map((reason) => report.entry(reason))])))
}

/** What the verdict that keeps it back found wanting. */
function missing(because) {
  const wanting = because.flatMap((reason) => reason.shown.verdict?.requirements ?? []).filter(({ met }) => met !== 'met' && met !== 'waived')
  if (wanting.length === 0) return null
  return make('ul', { class: 'list' }, wanting.map(({ need, met }) => make('li', {}, words(`need.${need}`), ' — ', words(`met.${met}`))))
}
