// Elements from values: text only, never markup, so that nothing in a package becomes part of the page.

const SVG = 'http://www.w3.org/2000/svg'

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false) continue
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value)
    else element.setAttribute(name, value === true ? '' : value)
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) element.append(child)
  }
  return element
}

export const make = (name, properties, ...children) => fill(document.createElement(name), properties, children)
export const draw = (name, properties, ...children) => fill(document.createElementNS(SVG, name), properties, children)

/** Foreign text within a sentence of another direction. */
export const isolated = (text, name = 'bdi') => make(name, { dir: 'auto' }, text)
export const code = (text) => make('code', { dir: 'ltr' }, text)
