// Each hand that an item passed through, drawn; the list beside it says the same in words.

import { _, day, direction } from './words.js'
import { draw, make } from './dom.js'

const ROW = 54, WIDTH = 760, LINE = 150

/** `events`: [{at, what, who}], oldest first. */
export function timeline(events, title) {
  const rtl = direction() === 'rtl'
  const x = (value) => (rtl ? WIDTH - value : value)
  const anchor = 'start' // of the line's own direction: so in Arabic it is the right
  const height = events.length * ROW + 10
  const cut = (text, length) => (text.length > length ? `${text.slice(0, length - 1)}…` : text)
  return draw('svg', { class: 'timeline', viewBox: `0 0 ${WIDTH} ${height}`, role: 'img', 'aria-label': title, direction: rtl ? 'rtl' : 'ltr' },
    draw('line', { x1: x(LINE), x2: x(LINE), y1: 20, y2: height - ROW + 14, stroke: '#1d3f66', 'stroke-width': 2 }),
    events.map(({ at, what, who }, row) => {
      const y = row * ROW + 20
      return [
        draw('circle', { cx: x(LINE), cy: y, r: 6, fill: '#fff', stroke: '#1d3f66', 'stroke-width': 3 }),
        draw('text', { x: x(0), y: y + 5, 'font-size': 14, class: 'minor', 'text-anchor': anchor }, day(at)),
        draw('text', { x: x(LINE + 22), y: y + 2, 'font-size': 16, 'font-weight': 600, 'text-anchor': anchor }, cut(what, 64)),
        draw('text', { x: x(LINE + 22), y: y + 22, 'font-size': 14, class: 'minor', 'text-anchor': anchor }, cut(who, 72))
      ]
    }))
}

export const caption = () => make('p', { class: 'hint' }, _('Times are those at which each record was made, as its signer stated them; when an event happened stands in the record.'))
