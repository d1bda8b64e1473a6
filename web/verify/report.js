// The result of a verification as a document: what was found, what is in the package, and what that doesn't prove.

import { _, bytes, number, time, words } from './words.js'
import { code, isolated, make } from './dom.js'
import { fields, word } from './values.js'
import { caption, timeline } from './timeline.js'
import { itemSection } from './item.js'
import { noticeSection } from './notice.js'

const HANDS = /^(evidence\.|custody\.|seal\.|fixity\.)/
const CONSENTS = /^(request\.|consent\.|assurance\.|approval\.|release\.|mission\.)/
const KEYS = /^(key\.|status\.)/

const section = (id, title, ...children) => make('section', { 'aria-labelledby': `${id}-title` }, make('h2', { id: `${id}-title` }, title), ...children)
const rows = (...pairs) => make('dl', {}, pairs.filter(([, value]) => value !== null && value !== undefined)
  .map(([name, value]) => [make('dt', {}, name), make('dd', {}, value)]))

const VERDICTS = {
  intact: () => [_('Intact.'), _('Every byte is the one that was signed, sealed or committed to, under the charter whose fingerprint you typed.')],
  altered: () => [_('Altered.'), _('Something in this package is not what was signed, or what must fit together does not. What it was stands below. Don’t rely on it.')],
  unproved: () => [_('Unproved.'), _('Nothing contradicts this package, but what is here does not prove it. What is missing stands below.')]
}
const KINDS = {
  release: () => _('release of evidence'), register: () => _('a whole register handed over'), receipt: () => _('receipt for a package'),
  notice: () => _('notice of a withdrawal'), acknowledgement: () => _('acknowledgement of a notice'),
  cosign: () => _('checkpoints to be cosigned'), cosigned: () => _('cosignatures')
}
const PROVES_NOT = {
  'content.true': () => _('that what the evidence shows or says is true'),
  lawful: () => _('that it was lawfully obtained'),
  before_sealing: () => _('what happened to it before it was sealed'),
  nothing_else: () => _('that the sender holds nothing else'),
  who_held_the_key: () => _('who held a key when it signed')
}
export class Report {
  /** `result` of a Run; `types` to speak of records; `open(item)` gives the files of an item, `pinned` what was typed. */
  constructor({ result, types, folder, pinned, run, version, when, fingerprint }) {
    Object.assign(this, { result, types, folder, pinned, run, version, when, fingerprint })
    this.bySha = new Map(result.records.map((record) => [record.sha256, record]))
  }

  get account() {
    return this.result.account
  }

  render() {
    this.element = make('div')
    this.refresh()
    return this.element
  }

  refresh() {
    this.element.replaceChildren(...[
      this.#verdict(), this.#package(), this.#findings(), this.#items(), this.#custody(), this.#consents(), this.#withheld(), this.#notice(),
      this.#logs(), this.#records(), this.#provesNot(), this.#foot()
    ].flat(Infinity).filter(Boolean))
  }

  #verdict() {
    const [said, means] = VERDICTS[this.account.result]()
    return make('div', { class: `verdict ${this.account.result}`, id: 'verdict', tabindex: '-1' },
      make('strong', {}, said), make('p', {}, means),
      this.account.pinned ? null : make('p', {}, _('No fingerprint was typed. Whoever made this package could have made the charter in it as well: so nothing in it can be called intact.')),
      this.result.unreadable.length > 0 ? make('p', {}, _('Files that this browser could not read: %s.', number(this.result.unreadable.length))) : null)
  }

  #package() {
    const { package: about, counts } = this.account
    const charter = about.charter
    return section('package', _('The package'), rows(
      [_('Folder'), isolated(this.folder || '–')],
      [_('Kind'), KINDS[about.kind]?.() ?? _('not established')],
      [_('Sent by'), about.sender ? isolated(this.types.member(about.sender)) : _('not established')],
      [_('For'), about.recipient ? isolated(this.types.code(about.recipient)) : null],
      [_('Date'), about.date === null ? null : time(about.date)],
      [_('Number of the package'), about.id ? code(about.id) : null],
      [_('Charter'), charter ? code(this.fingerprint(charter)) : null],
      [_('Verifiers that the charter names'), this.#verifiers()],
      [_('Contents'), _('Files: %s (%s). Records: %s. Items: %s.', number(counts.files), bytes(counts.bytes), number(counts.records), number(counts.items))]))
  }

  /** Only of a charter whose fingerprint was typed: any other could name a forged one. */
  #verifiers() {
    const named = this.account.pinned && this.account.result !== 'altered' ? this.result.charters?.verifiers ?? [] : []
    if (named.length === 0) return null
    return make('ul', { class: 'list' }, named.map(({ name, sha256 }) => make('li', {}, isolated(name), make('br'), code(sha256))))
  }

  #finding(found) {
    const record = this.bySha.get(found.record)
    const where = [
      found.path ? [code(found.path), found.line ? _(', line %s', number(found.line)) : ''] : null,
      record ? [isolated(this.types.type(record.type)), ' ', _('(place %s in its log)', record.index)] : found.record ? code(found.record) : null,
      found.field ? isolated(record ? this.types.label(this.types.field(record.type, found.field), found.field) : found.field) : null
    ].filter(Boolean)
    return make('li', {}, make('p', {}, word(found.result), ' ', words(found.id)),
      make('p', { class: 'where' }, where.flatMap((one, at) => (at ? [' · ', one] : [one])).flat(), where.length ? ' · ' : '', code(found.id), ' · ', isolated(found.clause)))
  }

  #findings() {
    const { findings, left_off: left } = this.account
    const order = ['altered', 'disputed', 'unproved', 'not_shown', 'withheld', 'intact']
    const sorted = [...findings].sort((a, b) => order.indexOf(a.result) - order.indexOf(b.result))
    const shown = sorted.slice(0, 500)
    const more = findings.length - shown.length + Number(left)
    return section('findings', _('What was found'),
      findings.length === 0 ? make('p', {}, _('Nothing is wanting: each file, signature, proof and reference was checked and is in order.')) : null,
      make('ul', { class: 'list' }, shown.map((found) => this.#finding(found))),
      more > 0 ? make('p', { class: 'hint' }, _('And %s more.', number(more))) : null)
  }

  #items() {
    if (this.account.items.length === 0) return null
    return section('items', _('The items'), this.account.items.map((item, index) => itemSection(this, item, index)))
  }

  who(record) {
    const { role, code: own } = record.by ?? {}
    // Each in its own direction. A key of the register has no other code than its role.
    return [role && words(role), own !== role && own, this.types.member(record.iss)].filter(Boolean).map((one) => `\u2068${one}\u2069`).join(' · ')
  }

  entry(record) {
    return make('li', {}, make('details', {},
      make('summary', {}, isolated(this.types.type(record.type)), make('span', { class: 'by' }, ' — ', isolated(this.who(record)), ' — ', time(record.iat))),
      make('div', { class: 'nest' },
        record.standing === 'in_force' ? null : make('p', { class: 'where' }, word('disputed')),
        fields(this.types, record),
        make('p', { class: 'where' }, _('Place %s in log %s', record.index, record.log), ' · ', code(record.sha256)))))
  }

  #listed(pattern) {
    return this.result.records.filter((record) => pattern.test(record.type)).sort((a, b) => a.iat - b.iat)
  }

  #custody() {
    const records = this.#listed(HANDS)
    if (records.length === 0) return null
    const items = group(records)
    return section('custody', _('Who collected it, and each hand it passed through'), caption(),
      [...items].map(([item, events]) => [
        make('h3', {}, item ? [_('Item'), ' ', code(item)] : _('Records that name no item')),
        events.length <= 60 ? timeline(events.map((record) => ({ at: record.iat, what: this.types.type(record.type), who: this.who(record) })), _('Chain of custody, oldest first')) : null,
        make('ol', { class: 'list' }, events.map((record) => this.entry(record)))
      ]))
  }

  #consents() {
    const records = this.#listed(CONSENTS)
    const { verdict } = this.account
    if (records.length === 0 && !verdict) return null
    return section('consents', _('By which requests, consents and approvals it came'),
      make('ol', { class: 'list' }, records.map((record) => this.entry(record))))
  }

  #withheld() {
    const linked = this.account.linked ?? []
    const records = this.result.records.filter((record) => record.withheld.length > 0 && record.listed !== false)
    if (linked.length === 0 && records.length === 0) return null
    const from = (sha256) => {
      const record = this.bySha.get(sha256)
      return record ? isolated(this.types.type(record.type)) : code(sha256)
    }
    return section('withheld', _('What was withheld, and what isn’t shown'),
      records.length === 0 ? null : make('section', { class: 'scroll', tabindex: '0', 'aria-label': _('Fields withheld') }, make('table', {},
        make('caption', { class: 'visually-hidden' }, _('Fields withheld')),
        make('thead', {}, make('tr', {}, make('th', { scope: 'col' }, _('Record')), make('th', { scope: 'col' }, _('Fields withheld')))),
        make('tbody', {}, records.slice(0, 500).map((record) => make('tr', {},
          make('td', {}, isolated(this.types.type(record.type)), make('br'), time(record.iat)),
          make('td', {}, record.withheld.map((name) => this.types.label(this.types.field(record.type, name), name)).join(_(', ')))))))),
      linked.length === 0 ? null : make('ul', { class: 'list' }, linked.map((one) => make('li', {},
        make('p', {}, word(one.as === 'sealed' ? 'withheld' : 'not_shown'), ' ', one.as === 'counted' ? [number(one.count), ' — '] : null, words(`linked.${one.as}`)),
        make('p', { class: 'where' }, from(one.from), ' · ', relation(one.rel), ' · ', words(`linked.why.${one.why}`), one.sha256 ? [' · ', code(one.sha256)] : null)))))
  }

  #notice() {
    return this.account.notice ? section('notice', _('Under seal, for the judge alone'), noticeSection(this)) : null
  }

  #logs() {
    if (this.account.logs.length === 0) return null
    return section('logs', _('The registers it comes from'), this.account.logs.map((log) => make('div', {},
      make('h3', {}, isolated(this.types.member(log.member))),
      rows([_('Log'), code(log.origin)], [_('Records in it'), log.size], [_('Root'), code(log.root)],
        [_('Cosigned by'), said(log.cosigned) ?? _('nobody')],
        [_('Timestamps'), said(log.tokens) ?? _('none')]))))
  }

  #records() {
    const others = this.result.records.filter(({ type }) => !HANDS.test(type) && !CONSENTS.test(type))
    const keys = others.filter(({ type }) => KEYS.test(type)), rest = others.filter(({ type }) => !KEYS.test(type))
    const left = this.result.count - this.result.records.length
    return section('records', _('Other records'),
      rest.length > 0 ? make('ol', { class: 'list' }, rest.map((record) => this.entry(record))) : null,
      keys.length > 0 ? make('details', {}, make('summary', {}, _('Keys and their state: %s records', number(keys.length))), make('ol', { class: 'list' }, keys.map((record) => this.entry(record)))) : null,
      others.length === 0 ? make('p', {}, _('none')) : null,
      left > 0 ? make('p', { class: 'hint' }, _('%s more records were verified and are not listed on this page.', number(left))) : null)
  }

  #provesNot() {
    return section('limits', _('What this result does not prove'),
      make('ul', {}, this.account.proves_not.map((id) => make('li', {}, PROVES_NOT[id]?.() ?? id))),
      this.account.items.length > 0 ? make('p', {}, _('Intact, said of a container that was not opened, means that its sealed bytes are those that were sealed, not what is in it.')) : null)
  }

  #foot() {
    return make('p', { class: 'where' }, _('Verified on %s by verify.html of Depositary %s, on this device, without a network.', time(this.when / 1000), this.version))
  }
}

/** What was said of a log, by whom, when, and of how much of it: the last may be less than all. */
const said = (list) => (list.length === 0 ? null : make('ul', { class: 'list' },
  list.map(({ name, time: at, size }) => make('li', {}, isolated(name), ' — ', time(at), ' — ', _('over the first %s records', size)))))

/** A relation as content.jsonl has it: `about`, or `about<` where another record refers to this one. */
const relation = (rel) => (rel.endsWith('<') ? _('referred to by another: %s', words(rel.slice(0, -1))) : words(rel))

function group(records) {
  const out = new Map()
  for (const record of records) {
    const item = record.shown.item ?? ''
    out.set(item, [...(out.get(item) ?? []), record])
  }
  return out
}
