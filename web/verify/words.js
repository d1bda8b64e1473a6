// The reader's language. English sentences are the keys, as in the program; what the others say stands in po/, and
// tools/web-build hands over what this page needs of it.

const catalogue = JSON.parse(document.getElementById('words').textContent)

export const LANGUAGES = { en: 'English', fr: 'Français', ar: 'العربية' }
let language = 'en'

export const current = () => language
export const direction = () => (language === 'ar' ? 'rtl' : 'ltr')

export function speak(wanted) {
  language = wanted in LANGUAGES ? wanted : 'en'
  document.documentElement.lang = language
  document.documentElement.dir = direction()
}

export function preferred() {
  for (const name of navigator.languages ?? []) {
    const short = name.slice(0, 2).toLowerCase()
    if (short in LANGUAGES) return short
  }
  return 'en'
}

/** The sentence in the reader's language, each %s filled in. */
export function _(text, ...values) {
  const said = catalogue[language]?.[text] ?? text
  let next = 0
  return said.replace(/%s/g, () => String(values[next++]))
}

/** What somebody else named, within a sentence: from right to left 17/2026-4 would stand there as 4-17/2026. */
export const named = (text) => (direction() === 'rtl' ? `\u2068${text}\u2069` : text)

/** A stable id in words: its own, or those of its longest dotted beginning that has some; else the id. */
export function words(id) {
  for (let part = id; part; part = part.slice(0, Math.max(part.lastIndexOf('.'), 0))) {
    if (catalogue.ids[part]) return _(catalogue.ids[part])
  }
  return id
}

// Digits as on paper and in the package, in every language: they are compared by eye.
const locale = () => ({ en: 'en-GB', fr: 'fr-FR', ar: 'ar-u-nu-latn' })[language]

export const number = (value) => new Intl.NumberFormat(locale()).format(value)

export function bytes(value) {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte']
  let amount = Number(value), unit = 0
  while (amount >= 1000 && unit < units.length - 1) {
    amount /= 1000
    unit++
  }
  return new Intl.NumberFormat(locale(), { style: 'unit', unit: units[unit], unitDisplay: unit ? 'short' : 'long', maximumFractionDigits: unit ? 1 : 0 }).format(amount)
}

export function duration(seconds) {
  const format = (value, unit) => new Intl.NumberFormat(locale(), { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 0 }).format(value)
  return seconds < 90 ? format(Math.ceil(seconds), 'second') : format(Math.ceil(seconds / 60), 'minute')
}

/** Seconds since 1970, in UTC and said to be. */
export function time(seconds) {
  return new Intl.DateTimeFormat(locale(), { dateStyle: 'long', timeStyle: 'medium', hourCycle: 'h23', timeZone: 'UTC' }).format(new Date(Number(seconds) * 1000)) + ' UTC'
}

export function day(seconds) {
  return new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(Number(seconds) * 1000))
}
