// verify.html: the page of a package's verifier. It is used without a network, and speaks to none.

import { _, LANGUAGES, bytes, current, duration, named, number, preferred, speak } from './words.js'
import { code, isolated, make } from './dom.js'
import { fromDrop, fromInput } from './files.js'
import { Fingerprint } from './fingerprint.js'
import { Report } from './report.js'
import { Run } from './run.js'
import { Core } from './wasm.js'
import { Types, saysNothing } from './values.js'

const VERSION = DEPOSITARY_VERSION // given by tools/web-bundle
const page = document.getElementById('page')
const state = { folders: [], folder: null, run: null, progress: null, report: null, problem: null }
let core, module, workerURL, fingerprint

const decode = (text) => Uint8Array.from(atob(text.trim()), (character) => character.charCodeAt(0))

function header() {
  return make('header', {}, make('p', {}, 'Depositary'),
    make('nav', { 'aria-label': _('Language') }, make('ul', {}, Object.entries(LANGUAGES).map(([code, name]) =>
      make('li', {}, make('button', {
        type: 'button', lang: code, 'aria-pressed': String(code === current()),
        onclick: () => {
          speak(code)
          render()
          document.querySelector(`nav button[lang=${code}]`).focus()
        }
      }, name))))))
}

function folderPart() {
  const input = make('input', {
    type: 'file', id: 'folder', class: 'visually-hidden', webkitdirectory: true, multiple: true,
    onchange: () => {
      if (input.files.length > 0) choose(fromInput(input.files))
      input.value = '' // so that the same folder can be chosen again, when the stick is back
    }
  })
  const zone = make('div', {
    class: 'drop',
    ondragover: (event) => { event.preventDefault(); zone.classList.add('over') },
    ondragleave: () => zone.classList.remove('over'),
    ondrop: async (event) => {
      event.preventDefault()
      zone.classList.remove('over')
      const folders = await fromDrop(event.dataTransfer).catch(() => null)
      if (folders) choose(folders)
      else document.getElementById('folder-said').textContent = _('This browser does not hand on a folder that is dropped. Choose it with the button.')
    }
  },
  make('p', {}, _('Drop the package’s folder here, or')),
  make('p', {}, make('label', { for: 'folder', class: 'button' }, _('Choose the folder…')), input))
  return make('section', { class: 'screen', 'aria-labelledby': 'folder-title' },
    make('h2', { id: 'folder-title' }, _('1. The package')),
    make('p', { class: 'hint' }, _('A browser may call this “uploading”. Nothing is sent anywhere: the files are read on this device, and this page cannot reach a network.')),
    zone, make('p', { class: 'said', role: 'status', id: 'folder-said' }, said()), make('div', { id: 'folders' }, foldersPart()))
}

/** Which of several it is to be is the reader's to say. */
function foldersPart() {
  if (state.folders.length < 2) return []
  return make('div', { class: 'act', role: 'group', 'aria-labelledby': 'folder-said' }, state.folders.map((folder) =>
    make('button', { type: 'button', 'aria-pressed': String(folder === state.folder), onclick: (event) => take(folder, event.currentTarget) }, isolated(folder.name || '–'))))
}

function said() {
  if (!state.folder) return state.folders.length > 1 ? _('Packages in this folder: %s. Choose the one that is to be verified.', number(state.folders.length)) : ''
  const size = [...state.folder.files.values()].reduce((sum, file) => sum + file.size, 0)
  return _('Chosen: %s. Files: %s (%s).', named(state.folder.name || '–'), number(state.folder.files.size), bytes(size))
}

/** While one is verified, no other is taken. */
function busy(folders) {
  if (state.progress) document.getElementById('folder-said').textContent = _('A package is being verified. Stop that first, then choose the other one: %s.', folders.map(({ name }) => named(name || '–')).join(_(', ')))
  return Boolean(state.progress)
}

function choose(folders) {
  if (busy(folders)) return
  state.folders = folders
  take(folders.length === 1 ? folders[0] : null)
}

/** What the page says is of one folder: with another, the result of the one before goes. */
function take(folder, button) {
  if (busy([folder])) return
  state.run?.stop()
  state.run = null
  state.folder = folder
  state.report = state.problem = null
  if (button) for (const one of button.parentElement.children) one.setAttribute('aria-pressed', String(one === button))
  else document.getElementById('folders').replaceChildren(foldersPart())
  showProgress(null)
  showResult()
}

function startPart() {
  return make('section', { class: 'screen', 'aria-labelledby': 'start-title' },
    make('h2', { id: 'start-title' }, _('3. Verify')),
    make('p', { class: 'said', id: 'start-said' }),
    make('p', { class: 'act' }, make('button', { type: 'button', class: 'main', id: 'start', onclick: start }, _('Verify the package'))),
    make('div', { id: 'progress' }, state.progress?.element))
}

/** Can it begin, and what will it be worth? */
function allow() {
  const button = document.getElementById('start')
  const hint = document.getElementById('start-said')
  if (!button) return
  button.disabled = !state.folder || fingerprint.state === 'unfinished' || state.progress !== null
  if (fingerprint.state === 'empty') hint.textContent = _('Without the fingerprint the package can be looked at and compared with itself, but nothing in it can be called intact.')
  else if (fingerprint.state === 'unfinished') hint.textContent = _('The fingerprint is not complete yet. Finish it, or empty all its groups.')
  else hint.textContent = ''
}

function progressPart() {
  const bar = make('progress', { max: 1, value: 0, 'aria-label': _('Progress') })
  const figures = make('div', { class: 'figures' })
  const spoken = make('p', { class: 'visually-hidden', role: 'status' })
  let told = -1
  return {
    element: make('div', {}, bar, figures, spoken, make('p', { class: 'act' }, make('button', { type: 'button', onclick: () => { stop(); document.getElementById('start').focus() } }, _('Stop')))),
    show({ done, total, files, count, rate, left }) {
      bar.value = total > 0 ? done / total : 1
      figures.replaceChildren(
        make('span', {}, _('%s of %s', bytes(done), bytes(total))), make('span', {}, _('file %s of %s', number(files), number(count))),
        make('span', {}, _('%s a second', bytes(rate))), make('span', {}, left > 1 ? _('about %s left', duration(left)) : ''))
      const tenth = Math.floor(bar.value * 10)
      if (tenth !== told) {
        told = tenth
        spoken.textContent = _('%s percent', number(tenth * 10))
      }
    }
  }
}

function showProgress(progress) {
  state.progress = progress
  document.getElementById('folder-said').textContent = said()
  document.getElementById('progress').replaceChildren(...(progress ? [progress.element] : []))
  allow()
}

async function start() {
  const { name, files } = state.folder
  state.run?.stop()
  state.report = state.problem = null
  result.replaceChildren()
  showProgress(progressPart())
  state.run = new Run({ module, workerURL }, files, fingerprint.pin, (figures) => state.progress?.show(figures))
  const run = state.run
  try {
    const found = await run.start()
    if (state.run !== run) return
    state.report = new Report({
      result: found, types: new Types(core.schemas(), found.charters), folder: name, run, version: VERSION, when: Date.now(),
      fingerprint: (digest) => core.fingerprintOf(Uint8Array.from(digest.match(/../g), (byte) => parseInt(byte, 16)))
    })
    state.report.module = module
  } catch (error) {
    if (state.run === run) state.problem = error
  }
  if (state.run !== run) return
  showProgress(null)
  showResult()
  document.getElementById('verdict')?.focus()
}

function stop() {
  state.run?.stop()
  state.run = null
  showProgress(null)
}

const result = make('div', { id: 'result' })

function showResult() {
  result.replaceChildren()
  if (state.problem) {
    result.append(make('div', { class: 'verdict unproved', id: 'verdict', role: 'alert', tabindex: '-1' }, make('strong', {}, _('The verification could not be finished.')),
      make('p', {}, saysNothing(state.problem))))
  } else if (state.report) {
    result.append(make('p', { class: 'act' }, make('button', { type: 'button', onclick: () => print() }, _('Print this report'))), state.report.render())
  }
}

/** On paper nothing is folded away. */
function unfold(open) {
  for (const details of result.querySelectorAll('details')) {
    if (open && !details.open) details.dataset.folded = 'yes'
    if (open || details.dataset.folded) details.open = open
    if (!open) delete details.dataset.folded
  }
}

function render() {
  if (state.progress) state.progress = progressPart()
  document.title = _('Verification of a package of evidence')
  page.replaceChildren(
    make('a', { class: 'skip', href: '#result', onclick: (event) => { event.preventDefault(); document.getElementById('verdict')?.focus() } }, _('Skip to the result')),
    make('div', { class: 'sheet' }, header(),
      make('main', {},
        make('h1', {}, _('Verification of a package of evidence')),
        make('div', { class: 'intro screen' },
          make('p', { class: 'lead' }, _('This page tells whether each byte of a package is what was sealed and signed, who collected it, through whose hands it passed, by which consents it came, and what was withheld.')),
          folderPart(),
          make('section', { 'aria-labelledby': 'fingerprint-title' }, make('h2', { id: 'fingerprint-title' }, _('2. The charter’s fingerprint')), fingerprint.render()),
          startPart()),
        result),
      make('footer', {}, make('p', {}, _('Use only a copy of this page that reached you apart from packages. Its own fingerprint (SHA-256 of the file) stands in the charter.')),
        make('p', {}, isolated(`Depositary ${VERSION}`)))))
  allow()
  showResult()
}

async function begin() {
  speak(preferred())
  module = await WebAssembly.compile(decode(document.getElementById('wasm').textContent))
  core = await Core.start(module)
  workerURL = URL.createObjectURL(new Blob([document.getElementById('worker').textContent], { type: 'text/javascript' }))
  fingerprint = new Fingerprint(core, allow)
  // A folder dropped beside the zone must not make the browser leave the page.
  for (const name of ['dragover', 'drop']) addEventListener(name, (event) => event.preventDefault())
  addEventListener('beforeprint', () => unfold(true))
  addEventListener('afterprint', () => unfold(false))
  render()
}

begin().catch((error) => {
  speak(preferred())
  page.replaceChildren(make('p', { role: 'alert' }, _('This browser cannot run the verifier. Use a current Chromium or Firefox.'), ' ', code(String(error))))
})
