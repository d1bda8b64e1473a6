// Each hand that an item passed through, drawn; the list beside it says the same in words.

import { _, day, direction } from './words.js'
import { draw, make } from './dom.js'

const ROW = 54

/** `events`: [{at, what, who}], oldest first. */
export function timeline(events, title) {
  const rtl = direction() === 'rtl'
  // As wide as it is shown, so that on a narrow page its letters are no smaller; on paper it grows to the sheet.
  const width = Math.max(280, Math.min(760, document.documentElement.clientWidth - 40))
  const line = width < 520 ? 92 : 150
  const x = (value) => (rtl ? width - value : value)
  const anchor = 'start' // of the line's own direction: so in Arabic it is the right
  const height = events.length * ROW + 10
  const cut = (text, length) => (text.length > length ? `${text.slice(0, length - 1)}…` : text)
  return draw('svg', { class: 'timeline', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': title, direction: rtl ? 'rtl' : 'ltr' },
    draw('line', { x1: x(line), x2: x(line), y1: 20, y2: height - ROW + 14, stroke: '#1d3f66', 'stroke-width': 2 }),
    events.map(({ at, what, who }, row) => {
      const y = row * ROW + 20
      return [
        draw('circle', { cx: x(line), cy: y, r: 6, fill: '#fff', stroke: '#1d3f66', 'stroke-width': 3 }),
        draw('text', { x: x(0), y: y + 5, 'font-size': 14, class: 'minor', 'text-anchor': anchor }, day(at)),
        draw('text', { x: x(line + 22), y: y + 2, 'font-size': 16, 'font-weight': 600, 'text-anchor': anchor }, cut(what, Math.floor((width - line - 22) / 9))),
        draw('text', { x: x(line + 22), y: y + 22, 'font-size': 14, class: 'minor', 'text-anchor': anchor }, cut(who, Math.floor((width - line - 22) / 7.5)))
      ]
    }))
}

export const caption = () => make('p', { class: 'hint' }, _('Times are those at which each record was made, as its signer stated them; when an event happened stands in the record.'))
