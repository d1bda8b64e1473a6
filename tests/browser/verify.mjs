// verify.html in Chromium, from file://, as a court clerk uses it. (In Firefox: firefox.mjs.)
//
// usage: node verify.mjs verify.html PACKAGE-PROGRAM SCRATCH-FOLDER NODE-MODULES-FOLDER KEPT FORGED
// KEPT: the forgeries of the native tests, with what the native program says of each (src/package/test_keep.h); FORGED: the same of each
// of tests/flow/forgeries/list.json and of tests/flow/publish.sh, as these tests leave them.
// Screenshots of every state are left in SCRATCH-FOLDER/shots: they are there to be looked at.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import test, { after, before } from 'node:test'
import { memoryOf } from './limited.mjs'
import { typed } from './typed.mjs'
import { judging } from './valid.mjs'

const [html, program, scratch, modules, kept, forged] = process.argv.slice(2).map((path) => resolve(path))
const require = createRequire(join(modules, 'package.json'))
const { chromium } = require('playwright-core')
const { AxeBuilder } = require('@axe-core/playwright')
const { wrongInText, wrongInPage } = judging(modules)
const url = pathToFileURL(html).href
const shots = join(scratch, 'shots'), good = join(scratch, 'good')
const CONTAINER = 'data/items/0190a2b4-7c1e-7abc-8def-0123456789ab/container.tar.age'
let browser, fingerprint

before(async () => {
  rmSync(scratch, { recursive: true, force: true })
  mkdirSync(shots, { recursive: true })
  fingerprint = /^fingerprint (.*)$/m.exec(execFileSync(program, [good], { encoding: 'utf8' }))[1].split(' ')
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
})
after(() => browser?.close())

/** A copy of the good package with one edit. */
function edited(name, edit) {
  const folder = join(scratch, name)
  cpSync(good, folder, { recursive: true })
  edit(folder)
  return folder
}

function flip(path, at) {
  const data = readFileSync(path)
  data[at] ^= 1
  writeFileSync(path, data)
}

/** A page in `language`; whatever it asks of a network, and whatever goes wrong in it, fails the test. `before`: a script that runs first. */
async function opened(language = 'en', before = null) {
  const context = await browser.newContext({ locale: language, viewport: { width: 1000, height: 1100 } })
  if (before) await context.addInitScript({ content: before })
  const page = await context.newPage()
  page.wrong = []
  page.on('pageerror', (error) => page.wrong.push(error.message))
  page.on('console', (message) => message.type() === 'error' && page.wrong.push(message.text()))
  page.on('request', (request) => /^(file|blob|data):/.test(request.url()) || page.wrong.push(request.url()))
  await page.goto(url)
  await page.waitForSelector('h1')
  return page
}

async function verified(page, folder, pin = fingerprint) {
  await page.setInputFiles('#folder', folder)
  for (const [group, text] of pin.entries()) await page.fill(`#group-${group}`, text)
  await page.click('#start')
  await page.waitForSelector('#verdict', { timeout: 60000 })
  return outcome(page)
}

const outcome = (page) => page.evaluate(() => ({
  result: document.getElementById('verdict').classList[1],
  found: [...document.querySelectorAll('[aria-labelledby=findings-title] .where')].map((one) => one.textContent)
}))

async function accessible(page, where) {
  // Under the page's own policy no script may be added, so axe comes in by the debugger's door.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze()
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`), [], where)
  assert.deepEqual(await wrongInPage(page), [], where)
}

/** What is wider than the sheet is shrunk and, from right to left, cut: here each word is within the margins, and the lines fill them. */
function withinMargins(pdf) {
  const words = [...execFileSync('pdftotext', ['-bbox', pdf, '-'], { encoding: 'utf8', maxBuffer: 1 << 26 }).matchAll(/xMin="([0-9.]+)" yMin="[0-9.]+" xMax="([0-9.]+)"/g)]
  const left = Math.min(...words.map(([, at]) => Number(at))), right = Math.max(...words.map(([, , at]) => Number(at)))
  assert.ok(left > 40 && left < 60 && right > 535 && right < 556, `${pdf}: ${left} to ${right} of 595`)
}

/** What differs from run to run: digests, numbers of three digits and more, fingerprints, dates. */
const VARIES = [
  /[0-9A-Z]{6}( [0-9A-Z]{6}){7}/g, /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{40,}|age1[0-9a-z]{58}|[-_A-Za-z0-9]{43}/g, /[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z/g,
  /[0-9]{1,2} \p{L}+[.]? [0-9]{4}(.{1,5}[0-9:]{8}.UTC)?/gu, /(?<![-.\w])[0-9]{3,}(?![-\w])/g, /[0-9]+[.,][0-9]+[ \u00a0\u202f]\S*B|[0-9]+[.][0-9]+[.][0-9]+/g
]

const steady = (piece) => VARIES.reduce((text, varies) => text.replace(varies, '…'), piece.replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')).trim()

/**
 * Held to tests/browser/said/NAME.txt: `pieces` of what stands there to be read, each once. Where a sentence was meant to change, the file
 * is replaced by the one that this leaves beside the screenshots.
 */
function expectSaid(name, pieces) {
  const said = pieces.map(steady).filter((text) => /\p{L}/u.test(text))
  const text = [...new Set(said)].join('\n') + '\n', path = join(shots, `${name}.txt`)
  writeFileSync(path, text)
  assert.equal(text, readFileSync(new URL(`said/${name}.txt`, import.meta.url), 'utf8'), `${path} is what it says now`)
}

for (const [language, direction, word] of [['en', 'ltr', /^Intact/], ['fr', 'ltr', /^Intact/], ['ar', 'rtl', /^سليم/]]) {
  test(`a good package, in ${language}`, async () => {
    const page = await opened(language)
    assert.equal(await page.getAttribute('html', 'lang'), language)
    assert.equal(await page.getAttribute('html', 'dir'), direction)
    await accessible(page, 'before')
    await page.screenshot({ path: join(shots, `start-${language}.png`), fullPage: true })
    const { result, found } = await verified(page, good)
    assert.equal(result, 'intact')
    assert.deepEqual(found, [])
    assert.match(await page.textContent('#verdict'), word)
    assert.equal(await page.evaluate(() => document.activeElement.id), 'verdict')
    for (const id of ['package', 'items', 'custody', 'withheld', 'logs', 'limits']) assert.ok(await page.$(`#${id}-title`), id)
    await accessible(page, 'after')
    await page.evaluate(() => document.querySelectorAll('details').forEach((details) => (details.open = true)))
    await accessible(page, 'unfolded')
    expectSaid(`page.${language}`, (await page.innerText('.sheet')).split('\n'))
    await page.screenshot({ path: join(shots, `good-${language}.png`), fullPage: true })
    await page.pdf({ path: join(shots, `good-${language}.pdf`), format: 'A4', printBackground: true })
    withinMargins(join(shots, `good-${language}.pdf`))
    await page.setViewportSize({ width: 360, height: 800 })
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360, 'nothing is wider than a narrow page')
    await page.screenshot({ path: join(shots, `narrow-${language}.png`) })
    assert.deepEqual(page.wrong, [])
    await page.context().close()
  })
}

test('of several packages in a folder, the reader says which', async () => {
  const several = join(scratch, 'several')
  cpSync(good, join(several, 'first'), { recursive: true })
  cpSync(edited('several-other', (folder) => flip(join(folder, CONTAINER), 5000)), join(several, 'second'), { recursive: true })
  for (const [language, said] of [['fr', 'Paquets dans ce dossier : 2.'], ['ar', 'عدد الحزم في هذا المجلد: 2.'], ['en', 'Packages in this folder: 2.']]) {
    const page = await opened(language)
    await page.setInputFiles('#folder', several)
    assert.ok((await page.textContent('#folder-said')).startsWith(said))
    assert.ok(await page.isDisabled('#start'), 'none is taken unasked')
    assert.deepEqual(await page.$$eval('#folders button', (buttons) => buttons.map((one) => one.textContent)), ['first', 'second'])
    await accessible(page, 'several')
    if (language === 'en') {
      for (const [group, text] of fingerprint.entries()) await page.fill(`#group-${group}`, text)
      for (const [name, result] of [['second', 'altered'], ['first', 'intact']]) {
        await page.click(`#folders button:has-text("${name}")`)
        assert.equal(await page.$('#verdict'), null, 'nothing is said of one that was not verified')
        assert.match(await page.textContent('#folder-said'), new RegExp(`Chosen: ${name}[.]`))
        await page.click('#start')
        await page.waitForSelector('#verdict', { timeout: 60000 })
        assert.equal((await outcome(page)).result, result)
      }
      await accessible(page, 'one of several')
    }
    await page.screenshot({ path: join(shots, `several-${language}.png`), fullPage: true })
    assert.deepEqual(page.wrong, [])
    await page.context().close()
  }
})

test('the file itself, and the index in a package, are HTML', async () => {
  for (const path of [html, ...['sender-nothing', 'foreign-good', 'publication'].map((name) => join(forged, name, 'package/data/index.html'))]) {
    assert.deepEqual(await wrongInText(readFileSync(path, 'utf8')), [], path)
  }
  assert.notDeepEqual(await wrongInText('<!DOCTYPE html>\n<html lang="en"><title>x</title><p><div></div></p></html>'), [], 'the judge judges')
})

test('what the index and the certificate in a package say', async () => {
  const data = join(forged, 'sender-nothing/package/data'), page = await browser.newPage()
  await page.goto(pathToFileURL(join(data, 'index.html')).href)
  expectSaid('index', (await page.innerText('body')).split('\n').map(steady).sort()) // what is linked stands by its digest
  const broken = await page.$$eval('th, td:first-child', (cells) => cells.flatMap(({ firstChild: text }) => [...text.data.matchAll(/\p{L}+/gu)].filter(({ 0: word, index }) => {
    const range = document.createRange()
    range.setStart(text, index)
    range.setEnd(text, index + word.length)
    return range.getClientRects().length > 1
  }).map(([word]) => word)))
  assert.deepEqual(broken, [], 'words that a column breaks')
  await page.close()
  // Words, as where a line ends is a matter of fonts. (Arabic is read back from a PDF in bits.)
  for (const language of ['en', 'fr']) {
    const words = execFileSync('pdftotext', [join(data, `custody.${language}.pdf`), '-'], { encoding: 'utf8' }).normalize('NFKC')
      .replace(/age1(\s?[0-9a-z]){58}/g, '') // parted where the column ends, it would leave bits without a digit
    expectSaid(`certificate.${language}`, words.split(/\s+/).filter((word) => !/[0-9]|^[-a-f]+$/.test(word)).sort())
  }
})

test('every sentence it shows is of its language', async () => {
  const page = await opened('ar')
  await verified(page, edited('flipped-ar', (folder) => flip(join(folder, CONTAINER), 9000)))
  // What may be Latin: identifiers, names in the package, the program's own.
  const left = await page.evaluate(() => {
    const copy = document.body.cloneNode(true)
    for (const one of copy.querySelectorAll('code, bdi, script, noscript, nav, header, #folder-said, .where, dd')) one.remove()
    return copy.textContent.replace(/⁦[^⁩]*⁩|UTC|SHA-256|Depositary|bag-info[.]txt/g, '').match(/[A-Za-z]{3,}/g)
  })
  assert.equal(left, null)
  await page.context().close()
})

test('a verdict is told in words', async () => {
  const page = await opened('ar')
  const folder = join(forged, 'sender-nothing')
  await verified(page, join(folder, 'package'), readFileSync(join(folder, 'pin'), 'utf8').split(' '))
  const needs = await page.$$eval('#consents-title ~ ol dd dd', (all) => all.map((one) => one.textContent))
  assert.ok(needs.includes('الموافقة المسبقة من الدولة المضيفة'), needs.join('\n'))
  assert.ok(!needs.some((text) => /^(consent|assurance|approval)([.]|$)|T00:00:00Z/.test(text)), needs.join('\n'))
  // Nor is anything else of the program's own left bare: what was given as a list, who signed, what it is to another record.
  const bare = await page.$$eval('dd, .by, .where', (all) => all.flatMap((one) => one.textContent.split(/ · | — |، /)).filter((text) => /^[\u2066-\u2069]*(any|refer_to_court|exculpatory|root|registrar|0)[\u2066-\u2069]*$/.test(text)))
  assert.deepEqual(bare, [])
  await page.context().close()
})

test('one bit of a container exchanged', async () => {
  const page = await opened()
  const { result, found } = await verified(page, edited('flipped', (folder) => flip(join(folder, CONTAINER), 9000)))
  assert.equal(result, 'altered')
  assert.ok(found.some((text) => text.includes(CONTAINER) && text.includes('bag.altered')), found.join('\n'))
  assert.notEqual(await page.textContent('.item dd .word >> nth=0'), 'intact')
  await accessible(page, 'altered')
  await page.screenshot({ path: join(shots, 'altered-en.png'), fullPage: true })
  assert.deepEqual(page.wrong, [])
  await page.context().close()
})

/** What the page says of a package that the native program judged: the same result, each finding, and words for each. */
async function judgedAlike(page, folder) {
  const { account } = JSON.parse(readFileSync(join(folder, 'account.json'), 'utf8'))
  await page.setInputFiles('#folder', join(folder, 'package'))
  // The other tests type and click; here it is done at once, since it is done for some two hundred packages.
  await page.evaluate(typed, readFileSync(join(folder, 'pin'), 'utf8'))
  await page.waitForSelector('#verdict', { timeout: 60000 })
  const { result, found } = await outcome(page)
  // Chromium hands on the files of a folder and leaves links out, so nothing of one is judged (doc/verifier.md).
  if (readdirSync(folder, { withFileTypes: true, recursive: true }).some((entry) => entry.isSymbolicLink())) {
    assert.deepEqual([result, found], ['intact', []], folder)
    return
  }
  assert.equal(result, account.result, folder)
  const unsaid = await page.$$eval('[aria-labelledby=findings-title] li > p:first-child', (all) => all.map((one) => one.lastChild.textContent).filter((text) => /^[a-z_]+([.][a-z_]+)+$/.test(text)))
  assert.deepEqual(unsaid, [], `${folder}: findings without words`)
  const shown = found.map((text) => text.split(' · ').find((word) => account.findings.some(({ id }) => id === word)))
  assert.deepEqual(shown.sort(), account.findings.map(({ id }) => id).sort(), folder)
}

/** Two pages share `folders`: so both cores are busy. */
async function allJudgedAlike(folders) {
  const left = [...folders]
  await Promise.all([opened(), opened()].map(async (opening) => {
    const page = await opening
    while (left.length > 0) await judgedAlike(page, left.shift())
    assert.deepEqual(page.wrong, [])
    await page.context().close()
  }))
}

test('each forgery of the list', async (t) => {
  const names = readdirSync(forged)
  const list = JSON.parse(readFileSync(new URL('../flow/forgeries/list.json', import.meta.url), 'utf8'))
  assert.deepEqual(list.filter(({ id }) => !names.includes(id)), [])
  await allJudgedAlike(names.map((name) => join(forged, name)))
  t.diagnostic(`${names.length} packages`)
})

// All of these are gone through in node (wasm.mjs); here one for each thing that can be found and that no forgery of the list has.
test('one forgery of each other kind', async (t) => {
  const seen = new Set(), chosen = []
  for (const name of readdirSync(forged)) JSON.parse(readFileSync(join(forged, name, 'account.json'), 'utf8')).account.findings.forEach(({ id }) => seen.add(id))
  for (const name of readdirSync(kept).sort()) {
    const { account } = JSON.parse(readFileSync(join(kept, name, 'account.json'), 'utf8'))
    const ids = account.findings.map(({ id }) => id)
    if (account.left_off > 0 || ids.length > 500 || ids.every((id) => seen.has(id))) continue
    for (const id of ids) seen.add(id)
    chosen.push(join(kept, name))
  }
  await allJudgedAlike(chosen)
  t.diagnostic(`${chosen.length} packages, ${seen.size} findings`)
  assert.ok(seen.size >= 40, `${seen.size}`)
})

test('a file added, a file removed, a file that became a link', async () => {
  const page = await opened()
  const added = await verified(page, edited('added', (folder) => writeFileSync(join(folder, 'data/note.txt'), 'x')))
  assert.equal(added.result, 'altered')
  assert.ok(added.found.some((text) => text.includes('bag.unlisted')))
  const removed = await verified(page, edited('removed', (folder) => rmSync(join(folder, CONTAINER))))
  assert.equal(removed.result, 'altered')
  assert.ok(removed.found.some((text) => text.includes('bag.missing')))
  // A browser hands no links on: a file that became one isn't there.
  const linked = await verified(page, edited('linked', (folder) => {
    rmSync(join(folder, CONTAINER))
    symlinkSync(join(good, CONTAINER), join(folder, CONTAINER))
  }))
  assert.equal(linked.result, 'altered')
  assert.ok(linked.found.some((text) => text.includes('bag.missing')), linked.found.join('\n'))
  await page.context().close()
})

test('without a fingerprint, or with that of another charter, nothing is intact', async () => {
  const page = await opened()
  const without = await verified(page, good, Array(8).fill(''))
  assert.equal(without.result, 'unproved')
  assert.ok(without.found.some((text) => text.includes('charter.unpinned')))
  await page.screenshot({ path: join(shots, 'unpinned-en.png'), fullPage: true })
  const other = readFileSync(new URL('fingerprint.txt', import.meta.url), 'utf8').trim().split(' ')
  const wrong = await verified(page, good, other)
  assert.notEqual(wrong.result, 'intact')
  assert.ok(wrong.found.some((text) => text.includes('charter.pin')))
  await page.context().close()
})

test('a fingerprint is judged as it is typed, and half of one starts nothing', async () => {
  const page = await opened()
  await page.setInputFiles('#folder', good)
  await page.focus('#group-0')
  await page.keyboard.type(fingerprint[0].toLowerCase() + fingerprint[1])
  assert.equal(await page.evaluate(() => document.activeElement.id), 'group-2', 'a whole group leads on to the next')
  assert.equal(await page.isDisabled('#start'), true)
  const [a, b] = fingerprint[2]
  await page.keyboard.type((a === b ? (a === '0' ? '1' : '0') + b : b + a) + fingerprint[2].slice(2))
  assert.equal(await page.getAttribute('#group-2', 'aria-invalid'), 'true')
  assert.match(await page.textContent('#fingerprint-said'), /Group 3/)
  await accessible(page, 'mistyped')
  await page.screenshot({ path: join(shots, 'mistyped-en.png'), fullPage: true })
  await page.evaluate((text) => {
    const data = new DataTransfer()
    data.setData('text', text)
    document.querySelector('#group-0').dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
  }, fingerprint.join(' '))
  assert.equal(await page.isDisabled('#start'), false)
  await page.context().close()
})

test('the keyboard alone is enough', async () => {
  const page = await opened()
  const reached = []
  for (let presses = 0; presses < 20; presses++) {
    await page.keyboard.press('Tab')
    reached.push(await page.evaluate(() => document.activeElement.id || document.activeElement.lang || document.activeElement.className))
  }
  for (const id of ['skip', 'en', 'fr', 'ar', 'folder', 'group-0', 'group-7']) assert.ok(reached.includes(id), `${id} in ${reached}`)
  await page.focus('nav button[lang=fr]')
  await page.keyboard.press('Enter')
  assert.equal(await page.getAttribute('html', 'lang'), 'fr')
  assert.equal(await page.evaluate(() => document.activeElement.lang), 'fr', 'the focus stays where it was')
  await page.context().close()
})

test('with the keyboard from the start to the result', async () => {
  const page = await opened()
  const focused = () => page.evaluate(() => document.activeElement.id)
  const tabTo = async (id) => {
    for (let presses = 0; presses < 20 && (await focused()) !== id; presses++) await page.keyboard.press('Tab')
    assert.equal(await focused(), id)
  }
  const asked = page.waitForEvent('filechooser') // in time: a chooser that opens before the browser knows of it is the desktop's
  await tabTo('folder')
  await page.keyboard.press('Enter')
  await (await asked).setFiles(good) // the dialogue is the desktop's
  await tabTo('group-0')
  await page.keyboard.type(fingerprint.join(''))
  await tabTo('start')
  await page.keyboard.press('Enter')
  await page.waitForSelector('#verdict.intact')
  assert.equal(await focused(), 'verdict', 'the result is read next')
  await page.keyboard.press('Tab')
  assert.notEqual(await focused(), 'start', 'and the report goes on from there')
  assert.deepEqual(page.wrong, [])
  await page.context().close()
})

test('a folder dropped on the page', async () => {
  const page = await opened()
  // What is no folder leaves nothing chosen, and says so.
  await page.dispatchEvent('.drop', 'drop', { dataTransfer: await page.evaluateHandle(() => { const data = new DataTransfer(); data.setData('text', 'x'); return data }) })
  await page.waitForSelector('#folder-said:not(:empty)')
  assert.match(await page.textContent('#folder-said'), /^This browser does not hand on/)
  await page.evaluate(() => document.getElementById('folder-said').replaceChildren())
  const { x, y, width, height } = await (await page.$('.drop')).boundingBox()
  // As the desktop hands it on: the browser itself makes its entries of the path.
  const door = await page.context().newCDPSession(page)
  for (const type of ['dragEnter', 'dragOver', 'drop']) {
    await door.send('Input.dispatchDragEvent', { type, x: x + width / 2, y: y + height / 2, data: { items: [], files: [good], dragOperationsMask: 1 } })
  }
  await page.waitForSelector('#folder-said:not(:empty)')
  assert.match(await page.textContent('#folder-said'), /^Chosen: good[.]/)
  await page.evaluate(typed, fingerprint.join(' '))
  await page.waitForSelector('#verdict.intact')
  assert.deepEqual(page.wrong, [])
  await page.context().close()
})

test('one folder at a time: another while it is verified, stopping, and another after it', async () => {
  const page = await opened()
  const said = () => page.textContent('#folder-said')
  await page.setInputFiles('#folder', edited('long', (folder) => truncateSync(join(folder, CONTAINER), 2 ** 30)))
  await page.evaluate(typed, fingerprint.join(' '))
  await page.waitForFunction(() => document.querySelector('progress')?.value > 0)
  await page.setInputFiles('#folder', good)
  assert.match(await said(), /^A package is being verified[.].*good[.]$/)
  await page.click('nav button[lang=fr]')
  await page.click('nav button[lang=en]')
  await accessible(page, 'while it is verified')
  await page.screenshot({ path: join(shots, 'verifying-en.png'), fullPage: true })
  await page.click('#progress button')
  assert.match(await said(), /^Chosen: long[.]/)
  assert.equal(await page.evaluate(() => document.activeElement.id), 'start')
  assert.equal(await page.$('progress, #verdict'), null)
  await verified(page, good)
  assert.match(await page.textContent('#package-title + dl'), /^Foldergood/)
  // The same once more: a stick that was pulled is put back. What was said before is of what was there before.
  await page.setInputFiles('#folder', good)
  assert.equal(await page.$('#verdict'), null)
  assert.deepEqual(page.wrong, [])
  await page.context().close()
})

/** The page's own module, whose memory ends `more` pages beyond what it begins with. */
function shortOfMemory(more) {
  const bytes = Buffer.from(/<script[^>]* id="?wasm"?[^>]*>([^<]*)/.exec(readFileSync(html, 'utf8'))[1].trim(), 'base64')
  const memory = memoryOf(bytes), limited = Buffer.from(memory.limit(memory.first + more)).toString('base64')
  return `{ const compile = WebAssembly.compile; WebAssembly.compile = () => compile(Uint8Array.from(atob('${limited}'), (one) => one.charCodeAt(0))) }`
}

/** The judge is told of a file that is not there, as no page tells it: the module traps. */
const TRAPS = `{ const post = Worker.prototype.postMessage; Worker.prototype.postMessage = function (message, ...rest) {
  if (message.finish) post.call(this, { digests: [{ index: 99999, algorithm: 8, digest: new Uint8Array(64) }] })
  return post.call(this, message, ...rest)
} }`

const ENDS = { en: 'The verification could not be finished.', fr: 'La vérification n’a pas pu être achevée.', ar: 'تعذّر إتمام التحقق.' }

for (const [how, script, id] of [['short of memory from the start', () => shortOfMemory(20), 'memory'], ['short of memory at the end', () => shortOfMemory(100), 'memory'], ['whose module traps', () => TRAPS, 'out of bounds']]) {
  test(`a device ${how}: that is said, and nothing of the package`, async () => {
    for (const language of ['en', 'fr', 'ar']) {
      const page = await opened(language, script())
      assert.deepEqual(await verified(page, good), { result: 'unproved', found: [] })
      const said = await page.textContent('#verdict')
      assert.ok(said.startsWith(ENDS[language]) && said.includes(id), said)
      for (const part of ['package', 'items', 'custody', 'findings']) assert.equal(await page.$(`#${part}-title`), null, part)
      assert.equal(await page.evaluate(() => document.activeElement.id), 'verdict')
      await accessible(page, how)
      await page.screenshot({ path: join(shots, `${how.replaceAll(' ', '-')}-${language}.png`), fullPage: true })
      assert.deepEqual(page.wrong, [])
      await page.context().close()
    }
  })
}

test('the language changes with the result on the page', async () => {
  const page = await opened()
  await verified(page, good)
  await page.click('nav button[lang=ar]')
  assert.match(await page.textContent('#limits-title'), /لا تثبته/)
  assert.equal(await page.inputValue('#group-3'), fingerprint[3])
  await page.context().close()
})

test('nothing gets out, and nothing in a package gets to run', async () => {
  const page = await opened()
  const tries = await page.evaluate(async () => {
    const out = {}
    out.fetch = await fetch('http://127.0.0.1:9/').then(() => 'reached', () => 'refused')
    out.image = await new Promise((resolve) => {
      const image = new Image()
      image.onload = () => resolve('reached')
      image.onerror = () => resolve('refused')
      image.src = 'http://127.0.0.1:9/x.png'
    })
    const script = document.createElement('script')
    script.textContent = 'window.ran = true'
    document.body.append(script)
    out.script = window.ran ? 'ran' : 'refused'
    out.eval = (() => { try { return Function('return 1')() } catch { return 'refused' } })()
    return out
  })
  assert.deepEqual(tries, { fetch: 'refused', image: 'refused', script: 'refused', eval: 'refused' })
  await page.context().close()
})
