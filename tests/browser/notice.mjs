// What is under seal for the judge, in a package that items.sh made: everybody sees that there is something, who has the key reads it.
//
// usage: node notice.mjs verify.html NODE-MODULES-FOLDER PACKAGE KEY WRONG-KEY DECEIVED ITS-KEY FINGERPRINT SHOTS
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [html, modules, folder, key, wrong, deceived, itsKey, fingerprint, shots] = process.argv.slice(2)
const require = createRequire(join(modules, 'package.json'))
const { chromium } = require('playwright-core')
const { AxeBuilder } = require('@axe-core/playwright')
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
/** `name`: of the folder; verified, in that language. */
async function verified(language, name) {
  const page = await (await browser.newContext({ locale: language, viewport: { width: 1000, height: 1100 } })).newPage()
  page.on('pageerror', (error) => assert.fail(error.message))
  await page.goto(pathToFileURL(html).href)
  await page.waitForSelector('h1')
  await page.setInputFiles('#folder', name)
  for (const [group, text] of fingerprint.split(' ').entries()) await page.fill(`#group-${group}`, text)
  await page.click('#start')
  await page.waitForSelector('#verdict', { timeout: 120000 })
  return page
}

const at = '[aria-labelledby=notice-title]'
try {
  for (const language of ['en', 'fr', 'ar']) {
    const page = await verified(language, folder)
    assert.ok(!/altered/.test(await page.getAttribute('#verdict', 'class')))
    assert.ok(!(await page.textContent('body')).includes('saw another'))
    await page.fill('#secret-notice', wrong)
    await page.click(at + ' form button')
    await page.waitForSelector(at + ' .said:not(:empty)')
    assert.deepEqual(await page.$$eval(at + ' dd .word', (all) => all.map((one) => one.className)), ['word intact', 'word unproved'])
    await page.fill('#secret-notice', key)
    await page.click(at + ' form button')
    await page.waitForSelector('#notice-told')
    assert.deepEqual(await page.$$eval(at + ' dd .word', (all) => all.slice(0, 2).map((one) => one.className)), ['word intact', 'word intact'])
    assert.ok((await page.textContent('#notice-told')).includes('saw another'))
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze()
    assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`), [])
    await (await page.$(at)).screenshot({ path: join(shots, `notice-${language}.png`) })
  }
  // Said to be sealed for a key that doesn't open it: whoever holds that key sees it.
  const page = await verified('en', deceived)
  assert.deepEqual(await page.$$eval(at + ' dd .word', (all) => all.map((one) => one.className)), ['word intact', 'word unproved'])
  await page.fill('#secret-notice', itsKey)
  await page.click(at + ' form button')
  await page.waitForSelector(at + ' dd .word.altered')
  assert.ok((await page.textContent('body')).includes('open with the key for which it is said to be sealed'))
} finally { await browser.close() }
