// One item: what it is, what was found of its container, and its content where something opens it.

import { Decrypter } from 'age-encryption'
import { _, bytes, named, number, words } from './words.js'
import { code, isolated, make } from './dom.js'
import { saysNothing, word } from './values.js'
import { members } from './tar.js'
import { isOfDevice } from './run.js'
import { Core, Found, Hash, SHA256 } from './wasm.js'

const KEPT_MAX = 256 * 1024 * 1024 // of one item's viewable files, in the browser's memory
const MANIFEST_MAX = 64 * 1024 * 1024
const TEXT_SHOWN_MAX = 1024 * 1024

/** By the first bytes, not by the name; what isn't one of these is listed and not shown. */
function kindOf(front, name) {
  const starts = (...values) => values.every((value, at) => front[at] === value)
  if (starts(0x89, 0x50, 0x4e, 0x47)) return 'image/png'
  if (starts(0xff, 0xd8, 0xff)) return 'image/jpeg'
  if (starts(0x47, 0x49, 0x46, 0x38)) return 'image/gif'
  if (starts(0x52, 0x49, 0x46, 0x46) && front[8] === 0x57 && front[9] === 0x45) return 'image/webp'
  if (starts(0x25, 0x50, 0x44, 0x46, 0x2d)) return 'application/pdf'
  if (/\.(txt|csv|log|md|json|xml|html?|eml|srt|vtt)$/i.test(name) || name === 'collection.json') return 'text/plain'
  return null
}

function joined(files) {
  let at = 0
  let reader = null
  return new ReadableStream({
    async pull(controller) {
      for (;;) {
        if (reader === null) {
          if (at === files.length) return controller.close()
          reader = files[at++].stream().getReader()
        }
        const { done, value } = await reader.read()
        if (!done) return controller.enqueue(value)
        reader = null
      }
    }
  })
}

/** Reads an opened container: its members with their digests, and what can be shown of them. */
async function contents(core, stream, progress) {
  const list = []
  let kept = 0, seen = 0
  const special = {}
  await members(stream, (member) => {
    const hash = new Hash(core, SHA256)
    const pieces = []
    const entry = { ...member }
    const isSpecial = member.name === 'manifest' || member.name === 'proofs'
    list.push(entry)
    let keep = member.type === '0' && (isSpecial ? member.size <= MANIFEST_MAX : kept + member.size <= KEPT_MAX)
    return {
      add(piece) {
        seen += piece.length
        progress(seen)
        hash.add(piece)
        if (keep && pieces.length === 0 && !isSpecial) {
          entry.kind = kindOf(piece, member.name)
          keep = entry.kind !== null
        }
        if (keep) pieces.push(piece.slice())
      },
      end() {
        entry.sha256 = hex(hash.finish())
        hash.free()
        if (!keep) return
        const blob = new Blob(pieces, { type: entry.kind ?? 'application/octet-stream' })
        if (isSpecial) special[member.name] = blob
        else {
          entry.blob = blob
          kept += member.size
        }
      }
    }
  })
  return { list, special }
}

const hex = (data) => [...data].map((byte) => byte.toString(16).padStart(2, '0')).join('')

/** Does what was opened agree with what the record committed to? null: the record doesn't show by what to judge, or it is too long for that. */
async function agrees(core, item, { list, special }) {
  if (!item.root) return null
  const listing = item.as === 'parts' ? 'proofs' : 'manifest'
  if (!special[listing]) return list.some(({ name, size }) => name === listing && size > MANIFEST_MAX) ? null : false
  if (item.as === 'parts') {
    const said = core.parts(new Uint8Array(await special.proofs.arrayBuffer()))
    if (said.root !== item.root || said.item !== item.item) return false
    const files = list.filter(({ name }) => name !== 'proofs')
    return files.length === said.entries.length && said.entries.every((entry, at) => same(entry, files[at], false))
  }
  const said = core.manifest(new Uint8Array(await special.manifest.arrayBuffer()))
  if (said.root !== item.root) return false
  const taken = said.entries.filter(({ kind }) => kind !== '-')
  const files = list.filter(({ name }, at) => !(name === 'manifest' && at === list.length - 1))
  return files.length === taken.length && taken.every((entry, at) => same(entry, files[at], true))
}

function same(entry, member, placed) {
  if (placed && entry.offset !== String(member.offset)) return false
  if (entry.stored !== String(member.size)) return false
  // A sparse file's digest is of what it expands to: its bytes are held by the container's own digest.
  return entry.sha256 === null || entry.sparse || entry.sha256 === member.sha256
}

function exhibitOf(report, item) {
  const record = report.bySha.get(item.record)
  return { record, number: record?.shown.exhibit ?? null }
}

function filesOf(report, item) {
  if (Number(item.pieces) <= 1) return [report.run.files.get(`data/${item.path}`)].filter(Boolean)
  return Array.from({ length: Number(item.pieces) }, (_value, at) => report.run.files.get(`data/${item.path}.${String(at).padStart(3, '0')}`)).filter(Boolean)
}

export function itemSection(report, item, index) {
  const { record, number: exhibit } = exhibitOf(report, item)
  const title = exhibit ? _('Exhibit %s', named(exhibit)) : _('An item without exhibit number')
  const opened = report.opened?.get(index)
  return make('div', { class: 'item' }, make('h3', {}, title),
    make('dl', {}, [
      [_('Item'), code(item.item)], [_('Record'), record ? isolated(report.types.type(record.type)) : code(item.record)],
      [_('Container'), [words(`package.as.${item.as}`), _(', '), bytes(item.bytes)]], [_('Opened by'), words(`package.opens.${item.opens}`)],
      [_('Sealed bytes'), word(item.payload)], [_('Content'), word(item.content)]
    ].map(([name, value]) => [make('dt', {}, name), make('dd', {}, value)])),
    opened ? listOf(report, opened, title) : opener(report, item, index, title))
}

function opener(report, item, index, title) {
  const files = filesOf(report, item)
  if (files.length === 0) return null
  const said = make('p', { class: 'said', role: 'status' })
  const sealed = item.as !== 'plain'
  const isKey = item.opens === 'recipient'
  const secret = sealed
    ? make('input', { type: 'password', id: `secret-${index}`, autocomplete: 'off', spellcheck: 'false', dir: 'ltr' })
    : null
  const button = make('button', { type: 'submit' }, _('Open'))
  return make('form', {
    class: 'screen', onsubmit: async (event) => {
      event.preventDefault()
      button.disabled = true
      try {
        const stream = sealed ? await decrypt(files, secret.value.trim(), isKey) : joined(files)
        if (secret) secret.value = ''
        const total = files.reduce((sum, file) => sum + file.size, 0)
        let shown = 0
        // One of its own: of one that trapped, or whose memory is used up, nothing more is believed.
        const core = await Core.start(report.module)
        const opened = await contents(core, stream, (seen) => {
          if (performance.now() - shown < 250) return
          shown = performance.now()
          said.textContent = _('%s of %s read', bytes(seen), bytes(total))
        })
        const intact = await agrees(core, report.result.items[index], opened).catch(orFalse)
        if (intact !== null) report.result.account = await report.run.item(index, intact)
        report.opened ??= new Map()
        report.opened.set(index, opened)
        report.refresh()
        report.element.querySelectorAll('.item')[index]?.querySelector('table')?.focus()
      } catch (error) {
        if (error?.message in WRONG) report.result.account = await report.run.item(index, false)
        said.textContent = WRONG[error?.message]?.() ?? (isOfDevice(error) ? saysNothing(error) : null) ?? _('It could not be opened: wrong passphrase or key, or altered bytes.')
        button.disabled = false
      }
    }
  },
  sealed ? make('p', {}, make('label', { for: `secret-${index}` }, isKey ? _('Key (AGE-SECRET-KEY-1…), used on this page only') : _('Passphrase, used on this page only'))) : null,
  make('p', { class: 'ask' }, secret, button),
  said)
}

/** What isn't a listing disagrees; what couldn't be read says nothing. */
function orFalse(error) {
  if (error instanceof Found) return false
  throw error
}

const WRONG = { form: () => _('What is in it is no tar.'), cut: () => _('What is in it ends too early.'), tail: () => _('Something was appended to what is in it.') }

async function decrypt(files, secret, isKey) {
  const decrypter = new Decrypter()
  if (isKey) decrypter.addIdentity(secret)
  else decrypter.addPassphrase(secret)
  return decrypter.decrypt(joined(files))
}

function listOf(report, opened, title) {
  const files = opened.list.filter(({ type, name }) => type === '0' && name !== 'manifest' && name !== 'proofs')
  const shown = files.slice(0, 1000)
  const place = make('div', {})
  const table = make('table', { tabindex: '-1' },
    make('caption', { class: 'visually-hidden' }, _('Files in it')),
    make('thead', {}, make('tr', {}, make('th', { scope: 'col' }, _('File')), make('th', { scope: 'col' }, _('Size')), make('th', { scope: 'col', class: 'screen' }, _('Look at it')))),
    make('tbody', {}, shown.map((file) => make('tr', {},
      make('td', {}, isolated(file.name), make('br'), make('span', { class: 'where' }, code(file.sha256))),
      make('td', { class: 'number' }, bytes(file.size)),
      make('td', { class: 'screen' }, file.blob
        ? make('button', { type: 'button', 'aria-label': _('Show %s', file.name), onclick: () => show(report, place, file, title) }, _('Show'))
        : make('span', { class: 'hint' }, _('not shown here')))))))
  return make('div', {}, make('section', { class: 'scroll', tabindex: '0', 'aria-label': _('Files in it') }, table),
    files.length > shown.length ? make('p', { class: 'hint' }, _('And %s more.', number(files.length - shown.length))) : null, place)
}

async function show(report, place, file, title) {
  const url = URL.createObjectURL(file.blob)
  let view
  if (file.kind.startsWith('image/')) view = make('img', { src: url, alt: _('%s, file %s', title, file.name) })
  else if (file.kind === 'application/pdf') view = make('iframe', { src: url, title: _('%s, file %s', title, file.name) })
  else {
    const whole = await file.blob.slice(0, TEXT_SHOWN_MAX).text()
    view = [make('pre', { dir: 'auto', tabindex: '0' }, whole), file.size > TEXT_SHOWN_MAX ? make('p', { class: 'hint' }, _('Only its beginning is shown.')) : null]
  }
  const figure = make('figure', { class: 'exhibit', tabindex: '-1' }, view,
    make('figcaption', {}, make('strong', {}, title), make('br'), isolated(file.name), ' · ', bytes(file.size), ' · SHA-256 ', code(file.sha256)),
    make('p', { class: 'act' },
      make('button', { type: 'button', onclick: () => printOne(figure, file.kind) }, file.kind === 'application/pdf' ? _('Print its cover sheet') : _('Print this exhibit')),
      make('button', { type: 'button', onclick: () => { URL.revokeObjectURL(url); place.replaceChildren() } }, _('Close'))))
  place.replaceChildren(figure)
  figure.focus()
}

/**
 * The exhibit alone with its number, without the report. A PDF's pages can be printed by the browser's viewer only, which puts nothing on
 * them: the number is on a sheet in front, and whoever prints them says there how many they are.
 */
function printOne(figure, kind) {
  const copy = figure.cloneNode(true)
  if (kind === 'application/pdf') {
    copy.querySelector('iframe').replaceWith(make('h1', {}, figure.querySelector('strong').textContent),
      make('p', {}, _('Cover sheet of a PDF file. Its pages are printed from the viewer and bear no exhibit number: they belong behind this sheet.')),
      make('dl', {}, [_('Number of pages behind this sheet'), _('Printed by (role, code)'), _('Date and signature')].map((name) => [make('dt', {}, name), make('dd', { class: 'blank' })])))
  }
  const sheet = make('div', { id: 'paper' }, copy)
  document.body.append(sheet)
  document.body.classList.add('one-exhibit')
  addEventListener('afterprint', () => {
    document.body.classList.remove('one-exhibit')
    sheet.remove()
  }, { once: true })
  print()
}
