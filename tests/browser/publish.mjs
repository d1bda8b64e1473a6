// The site that publish.sh made, read and checked as a reader would.
//
// usage: node publish.mjs verify.html NODE-MODULES-FOLDER SITE PUBLICATION FINGERPRINT SHOTS
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { judging } from './valid.mjs'

const [html, modules, site, publication, fingerprint, shots] = process.argv.slice(2)
const require = createRequire(join(modules, 'package.json'))
const { chromium } = require('playwright-core')
const { AxeBuilder } = require('@axe-core/playwright')
const { wrongInText } = judging(modules)
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
const sha256 = (path) => createHash('sha256').update(readFileSync(path)).digest('hex')

async function opened(path, options) {
  const context = await browser.newContext({ viewport: { width: 900, height: 1100 }, ...options })
  const page = await context.newPage()
  page.wrong = []
  page.on('console', (message) => page.wrong.push(message.text()))
  page.on('request', (request) => /^(file|blob|data):/.test(request.url()) || page.wrong.push(request.url()))
  await page.goto(pathToFileURL(path).href)
  return page
}

async function accessible(page, where) {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze()
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`), [], where)
}

try {
  for (const [language, direction, title] of [['en', 'ltr', 'Who belongs'], ['fr', 'ltr', 'Qui en est'], ['ar', 'rtl', 'من ينتمي']]) {
    const path = join(site, publication, `${language}.html`)
    assert.deepEqual(await wrongInText(readFileSync(path, 'utf8')), [], path)
    const plain = await opened(path, { javaScriptEnabled: false })
    assert.equal(await plain.textContent('h2'), title)
    assert.equal(await plain.getAttribute('html', 'dir'), direction)
    assert.equal(await plain.$eval('.sheet', (sheet) => getComputedStyle(sheet).backgroundColor), 'rgb(255, 255, 255)', 'its style is allowed')
    await plain.screenshot({ path: join(shots, `published-${language}.png`), fullPage: true })
    assert.deepEqual(plain.wrong, [])
    await plain.context().close()
    const page = await opened(path)
    await accessible(page, path)
    await page.setViewportSize({ width: 360, height: 800 })
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360, 'nothing is wider than a narrow page')
    await page.click(`nav a[hreflang=${language === 'ar' ? 'en' : 'ar'}]`)
    await page.waitForSelector('h2')
    await page.context().close()
  }
  assert.deepEqual(await wrongInText(readFileSync(join(site, 'index.html'), 'utf8')), [], 'the list')
  const list = await opened(join(site, 'index.html'))
  await accessible(list, 'the list')
  await list.click('#fr a')
  assert.equal(await list.textContent('h2'), 'Qui en est')
  await list.context().close()

  const page = await opened(html, { locale: 'en' })
  await page.waitForSelector('h1')
  await page.setInputFiles('#folder', join(site, publication, 'package'))
  for (const [group, text] of fingerprint.split(' ').entries()) await page.fill(`#group-${group}`, text)
  await page.click('#start')
  await page.waitForSelector('#verdict', { timeout: 60000 })
  assert.equal(await page.getAttribute('#verdict', 'class'), 'verdict intact')
  const said = await page.textContent('#result')
  for (const language of ['en', 'fr', 'ar']) assert.ok(said.includes(sha256(join(site, publication, `${language}.html`))), `what was signed of ${language}.html`)
  assert.ok((await page.textContent('[aria-labelledby=package-title]')).includes(sha256(html)), 'the charter names this verifier')
  await accessible(page, 'the package')
  await page.context().close()
} finally {
  await browser.close()
}
