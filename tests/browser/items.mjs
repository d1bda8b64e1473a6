// The packages that items.sh made, opened.
//
// usage: node items.mjs verify.html NODE-MODULES-FOLDER TOLD PASSPHRASE KEYED KEY FINGERPRINT SHOTS
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [html, modules, told, passphrase, keyed, key, fingerprint, shots] = process.argv.slice(2)
const require = createRequire(join(modules, 'package.json'))
const { chromium } = require('playwright-core')
const { AxeBuilder } = require('@axe-core/playwright')
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })

async function verified(folder, language, before = '') {
  const context = await browser.newContext({ locale: language, viewport: { width: 1000, height: 1100 } })
  await context.addInitScript({ content: before })
  const page = await context.newPage()
  page.wrong = []
  page.on('pageerror', (error) => page.wrong.push(error.message))
  page.on('request', (request) => /^(file|blob|data|chrome|chrome-extension):/.test(request.url()) || page.wrong.push(request.url()))
  await page.goto(pathToFileURL(html).href)
  await page.waitForSelector('h1')
  await page.setInputFiles('#folder', folder)
  for (const [group, text] of fingerprint.split(' ').entries()) await page.fill(`#group-${group}`, text)
  await page.click('#start')
  await page.waitForSelector('#verdict', { timeout: 120000 })
  return page
}

async function open(page, secret) {
  await page.fill('#secret-0', secret)
  await page.click('.item form button')
}

async function accessible(page, where) {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze()
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`), [], where)
}

/** The page's own module comes first; of those that it opens items with, the memory is used up, or a limit reached, as the list of files is read. */
const SHORT = `{ const start = WebAssembly.instantiate; let first = true; WebAssembly.instantiate = async (...all) => {
  const { exports } = await start(...all), given = first ? exports : { ...exports, manifest: () => -1 }
  first = false
  return { exports: given }
} }`

const results = (page) => page.$$eval('.item dd .word', (all) => all.map((one) => one.className))

try {
  // With a passphrase: a wrong one first.
  let page = await verified(told, 'en')
  const found = await page.$$eval('[aria-labelledby=findings-title] .where', (all) => all.map((one) => one.textContent))
  console.log(await page.getAttribute('#verdict', 'class'), found.join(' | '))
  assert.ok(!/altered/.test(await page.getAttribute('#verdict', 'class')), found.join('\n'))
  await open(page, 'not the passphrase')
  await page.waitForSelector('.item .said:not(:empty)')
  await page.waitForFunction(() => !document.querySelector('.item form button').disabled, null, { timeout: 60000 })
  assert.match(await page.textContent('.item .said'), /could not be opened/)
  await open(page, passphrase)
  await page.waitForSelector('.item table', { timeout: 60000 })
  assert.deepEqual(await results(page), ['word intact', 'word intact'], 'payload and content')
  const names = await page.$$eval('.item tbody td:first-child bdi', (all) => all.map((one) => one.textContent))
  assert.deepEqual(names.map((name) => name.split('/').at(-1)).sort(), ['collection.json', 'noise.bin', 'page.html', 'photo.png', 'report.pdf', 'statement.txt'])
  assert.ok(names.some((name) => name.includes('سجلات/')))
  await accessible(page, 'opened')
  const show = async (name) => {
    await page.click(`.item button[aria-label*="${name}"]`)
    await page.waitForSelector('figure.exhibit')
    assert.match(await page.textContent('figure.exhibit figcaption'), /Exhibit 7\/2026-4/)
    await accessible(page, name)
  }
  await show('photo.png')
  await page.waitForFunction(() => document.querySelector('figure img')?.naturalWidth === 640)
  await page.screenshot({ path: join(shots, 'exhibit-picture.png'), fullPage: true })
  await page.evaluate(() => { window.print = () => {} })
  await page.click('figure.exhibit button >> nth=0')
  await page.pdf({ path: join(shots, 'exhibit-picture.pdf'), format: 'A4', printBackground: true })
  assert.match(execFileSync('pdfinfo', [join(shots, 'exhibit-picture.pdf')], { encoding: 'utf8' }), /^Pages: +1$/m)
  assert.match(execFileSync('pdftotext', [join(shots, 'exhibit-picture.pdf'), '-'], { encoding: 'utf8' }), /^Exhibit 7\/2026-4/)
  await page.evaluate(() => dispatchEvent(new Event('afterprint')))
  await show('statement.txt')
  assert.match(await page.textContent('figure.exhibit pre'), /إفادة مختلقة/)
  await show('page.html')
  assert.match(await page.textContent('figure.exhibit pre'), /<script>/, 'a page is shown as text')
  assert.equal(await page.evaluate(() => window.ran), undefined)
  await show('report.pdf')
  assert.equal(await page.$$eval('figure iframe', (all) => all.length), 1)
  await page.waitForTimeout(1000)
  await page.screenshot({ path: join(shots, 'exhibit-pdf.png'), fullPage: true })
  // Its pages are the viewer's to print: what bears the number is a sheet in front of them.
  await page.click('figure.exhibit button >> nth=0')
  await page.pdf({ path: join(shots, 'exhibit-cover.pdf'), format: 'A4', printBackground: true })
  assert.match(execFileSync('pdfinfo', [join(shots, 'exhibit-cover.pdf')], { encoding: 'utf8' }), /^Pages: +1$/m)
  const cover = execFileSync('pdftotext', [join(shots, 'exhibit-cover.pdf'), '-'], { encoding: 'utf8' })
  assert.match(cover, /^Exhibit 7\/2026-4\s+Cover sheet of a PDF file[.]/)
  const digest = await page.textContent('figure.exhibit figcaption code')
  assert.ok(digest.length === 64 && cover.replace(/\s/g, '').includes(digest), cover)
  await page.evaluate(() => dispatchEvent(new Event('afterprint')))
  assert.deepEqual(page.wrong, [])
  await page.context().close()

  // With the recipient's key, in Arabic.
  page = await verified(keyed, 'ar')
  await open(page, key)
  await page.waitForSelector('.item table', { timeout: 60000 })
  assert.deepEqual(await results(page), ['word intact', 'word intact'], 'payload and content')
  const [first, last] = await page.$eval('.item h3', ({ firstChild: text }) => [0, 7].map((at) => {
    const digit = document.createRange(), from = text.data.indexOf('7/2026-4') + at
    digit.setStart(text, from)
    digit.setEnd(text, from + 1)
    return digit.getBoundingClientRect().left
  }))
  assert.ok(first < last, 'an exhibit number stands as it is written')
  await page.screenshot({ path: join(shots, 'opened-ar.png'), fullPage: true })
  await page.context().close()

  // A device that can't compare what it opened says so; that the content was altered it never says.
  for (const [language, says] of [['en', /^That says nothing about the package/], ['fr', /^Cela ne dit rien du paquet/], ['ar', /^لا يدل هذا على شيء بشأن الحزمة/]]) {
    page = await verified(keyed, language, SHORT)
    await open(page, key)
    await page.waitForSelector('.item .said:not(:empty)')
    await page.waitForFunction(() => !document.querySelector('.item form button').disabled, null, { timeout: 60000 })
    assert.match(await page.textContent('.item .said'), says)
    assert.deepEqual(await results(page), ['word intact', 'word unproved'], 'payload and content')
    await accessible(page, 'not compared')
    await page.screenshot({ path: join(shots, `not-compared-${language}.png`), fullPage: true })
    await page.context().close()
  }
} finally {
  await browser.close()
}
