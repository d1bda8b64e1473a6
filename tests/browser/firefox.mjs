// verify.html in Firefox, from file://: a good package and a forgery for each kind of finding.
//
// usage: node firefox.mjs verify.html FORGED SHOTS
// FORGED: as for verify.mjs, which goes through all of them in Chromium.
// FIREFOX_ALL=1: all of them here too (but those with a symbolic link, which no browser hands on), a second of a core each; default: a sample that ./check can afford.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import test from 'node:test'
import { Firefox } from './marionette.mjs'
import { typed } from './typed.mjs'

const [html, forged, shots] = process.argv.slice(2).map((path) => resolve(path))
const WORDS = { intact: /^Intact/, altered: /^Altéré/, unproved: /^Non prouvé/ }

/** All, or so few that each result is there, and each kind of finding (what stands before the point of its id). */
function choose() {
  const all = readdirSync(forged).sort().map((name) => ({ name, ...JSON.parse(readFileSync(join(forged, name, 'account.json'), 'utf8')).account }))
    .filter(({ name }) => !readdirSync(join(forged, name), { withFileTypes: true, recursive: true }).some((entry) => entry.isSymbolicLink()))
  if (process.env.FIREFOX_ALL) return all
  const seen = new Set(), chosen = []
  for (const one of all) {
    const kinds = [one.result, ...one.findings.map(({ id }) => id.split('.')[0])].filter((kind) => !seen.has(kind))
    if (kinds.length > 0) chosen.push(one)
    for (const kind of kinds) seen.add(kind)
  }
  return chosen
}

test('Firefox: a package of each kind, dropped on the page; one of each result chosen in its dialogue', async (t) => {
  mkdirSync(shots, { recursive: true })
  const firefox = await Firefox.start('fr')
  const results = new Set()
  try {
    const chosen = choose()
    await firefox.open(pathToFileURL(html).href)
    await firefox.waitFor('h1')
    for (const { name, result, findings } of chosen) {
      const folder = join(forged, name, 'package')
      await firefox.run('document.getElementById("folder-said").textContent = ""')
      if (results.has(result)) await firefox.dropFolder('.drop', folder)
      else await firefox.chooseFolder('label[for=folder]', folder)
      await firefox.waitFor('#folder-said:not(:empty)')
      await firefox.run(`(${typed})(...arguments)`, readFileSync(join(forged, name, 'pin'), 'utf8'))
      await firefox.waitFor('#verdict')
      assert.match(await firefox.run('return document.getElementById("verdict").textContent'), WORDS[result], name)
      const found = await firefox.run('return [...document.querySelectorAll("[aria-labelledby=findings-title] .where")].map((one) => one.textContent)')
      const shown = found.map((text) => text.split(' · ').find((word) => findings.some(({ id }) => id === word)))
      assert.deepEqual(shown.sort(), findings.map(({ id }) => id).sort(), name)
      results.add(result)
    }
    await firefox.screenshot(join(shots, 'firefox-fr.png'))
    t.diagnostic(`${chosen.length} packages: ${[...results]}`)
    assert.deepEqual([...results].sort(), ['altered', 'intact', 'unproved'])
  } finally {
    await firefox.stop()
  }
})
