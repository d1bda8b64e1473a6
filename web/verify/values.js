// What a record says, in the words of its schema.

import { _, current, direction, number, time, words } from './words.js'
import { code, isolated, make } from './dom.js'

/** Of a device or medium that failed. */
export const saysNothing = (error) =>
  _('That says nothing about the package. Was the medium removed, or is this device short of memory? Try again; if it happens again, keep this: %s', String(error?.message ?? error))

/** Labels and forms of the record types; names of members and codes as the charter has them. */
export class Types {
  constructor(schemas, charter) {
    this.schemas = schemas
    this.definitions = schemas['_definitions.json'] ?? {}
    this.codes = new Map()
    for (const list of Object.values(charter?.lists ?? {})) for (const { code, name } of list) this.codes.set(code, name)
    this.members = new Map((charter?.members ?? []).map(({ id, name }) => [id, name]))
  }

  #said(names) {
    return names?.[current()] ?? names?.en
  }

  type(name) {
    return this.#said(this.schemas[name]?.metadata?.labels) ?? name
  }

  member(id) {
    const name = id ? this.#said(this.members.get(id)) : null
    return name ? `${name} (${id})` : id ?? '–'
  }

  code(value) {
    const name = this.#said(this.codes.get(value))
    return name ? `${name} (${value})` : value
  }

  follow(form) {
    if (!form?.ref) return form
    const { ref, ...own } = form
    const target = this.follow(this.definitions[ref]) ?? {}
    return { ...target, ...own, metadata: { ...target.metadata, ...own.metadata } }
  }

  field(type, name) {
    return this.member_(this.schemas[type], name)
  }

  member_(form, name) {
    const at = this.follow(form)
    return this.follow(at?.properties?.[name] ?? at?.optionalProperties?.[name] ?? at?.values)
  }

  label(form, name) {
    return this.#said(form?.metadata?.labels) ?? name
  }

  choice(form, value) {
    return this.#said(form?.metadata?.choices?.[value])
  }
}

/** Members whose value is a name with a word of its own, or a place that people count from one. */
const NAMES = {
  material: (_types, place) => number(place + 1),
  need: (_types, need) => words(`need.${need}`),
  fields: (types, names) => names.map((name) => types.label(types.field('evidence.collected', name), name)).join(_(', '))
}

/** Any value as elements. */
export function render(types, form, value) {
  if (value === null || value === undefined) return make('span', { class: 'hint' }, _('nothing stated'))
  if (typeof value === 'boolean') return value ? _('yes') : _('no')
  if (typeof value === 'number') return /_s$|^iat$|time/.test(form?.metadata?.format ?? '') ? time(value) : number(value)
  if (typeof value === 'string') {
    const said = types.choice(form, value)
    if (said) return said
    if (value === 'any' && form?.metadata?.list) return words('codes.any')
    if (form?.type === 'timestamp' && !Number.isNaN(Date.parse(value))) return time(Date.parse(value) / 1000)
    if (/^[0-9a-f]{32,}$/.test(value) || /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(value)) return code(value)
    // A code's name in the reader's language runs as that does, whatever it begins with.
    if (types.codes.has(value)) return make('bdi', { dir: types.codes.get(value)[current()] ? direction() : 'auto' }, types.code(value))
    return isolated(value)
  }
  if (Array.isArray(value)) {
    const of = types.follow(form?.elements)
    if (value.length === 0) return make('span', { class: 'hint' }, _('none'))
    if (value.every((one) => typeof one !== 'object')) return value.flatMap((one, at) => (at ? [_(', '), render(types, of, one)] : [render(types, of, one)]))
    return make('ul', { class: 'list' }, value.map((one) => make('li', {}, render(types, of, one))))
  }
  // A text with its language is that text, in that language; what the program wrote in no language is an outcome's name.
  if (typeof value.text === 'string' && typeof value.lang === 'string') {
    const outcome = value.lang === 'zxx' && types.choice(types.definitions.verdict.properties.outcome, value.text)
    return outcome || make('bdi', { lang: value.lang, dir: 'auto' }, value.text)
  }
  return make('dl', {}, Object.entries(value).map(([name, inner]) => {
    const at = types.member_(form, name)
    return [make('dt', {}, types.label(at, name)), make('dd', {}, NAMES[name]?.(types, inner) ?? render(types, at, inner))]
  }))
}

/** The fields of a record that are shown, and the names of those that say nothing and of those that aren't shown. */
export function fields(types, record) {
  const label = (name) => types.label(types.field(record.type, name), name)
  const said = Object.entries(record.shown).filter(([, value]) => value !== null)
  const unsaid = Object.keys(record.shown).filter((name) => record.shown[name] === null)
  const named = (term, names) => (names.length === 0 ? null : [make('dt', {}, term), make('dd', { class: 'by' }, names.map(label).join(_(', ')))])
  return make('dl', {},
    said.map(([name, value]) => [make('dt', {}, label(name)), make('dd', {}, render(types, types.field(record.type, name), value))]),
    named(word('withheld'), record.withheld), named(make('span', { class: 'hint' }, _('nothing stated')), unsaid))
}

const SIGNS = {
  intact: 'M2.5 8.5l3.5 3.5 7.5-8', altered: 'M3 3l10 10M13 3L3 13', unproved: 'M5 5.2a3 3 0 1 1 4.2 2.8C8.4 8.4 8 9 8 10M8 12.6v.6',
  not_shown: 'M3 8h10', withheld: 'M3 8h10', disputed: 'M8 2.5v7.5M8 12.6v.6'
}
const RESULTS = {
  intact: () => _('intact'), altered: () => _('altered'), not_shown: () => _('not shown'), withheld: () => _('withheld'),
  unproved: () => _('unproved'), disputed: () => _('disputed')
}

/** A result's word with its sign. */
export function word(result) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('viewBox', '0 0 16 16')
  svg.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  for (const [name, value] of Object.entries({ d: SIGNS[result] ?? SIGNS.unproved, fill: 'none', stroke: 'currentColor', 'stroke-width': '2' })) path.setAttribute(name, value)
  svg.append(path)
  return make('span', { class: `word ${result}` }, svg, RESULTS[result]?.() ?? result)
}
