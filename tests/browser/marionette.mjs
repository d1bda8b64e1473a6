// Firefox driven by its own protocol, Marionette: JSON behind its length, over TCP. Debian has no geckodriver, and needs none for this.

import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

export class Firefox {
  static async start(language) {
    const self = new Firefox()
    self.profile = mkdtempSync(join(tmpdir(), 'depositary-firefox-'))
    // Port 0: it takes a free one, and writes down which. The check of paths is of what a real drop gives leave to read (dropFolder).
    writeFileSync(join(self.profile, 'user.js'), [
      ['marionette.port', 0], ['intl.accept_languages', language], ['browser.shell.checkDefaultBrowser', false],
      ['datareporting.policy.dataSubmissionEnabled', false], ['app.update.disabledForTesting', true], ['dom.filesystem.pathcheck.disabled', true], ['toolkit.telemetry.enabled', false]
    ].map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`).join(''))
    self.process = spawn('firefox-esr', ['--headless', '--no-remote', '--marionette', '--remote-allow-system-access', '--profile', self.profile, 'about:blank'], { stdio: 'ignore', env: { ...process.env, HOME: self.profile, MOZ_CRASHREPORTER_DISABLE: '1' } })
    const file = join(self.profile, 'MarionetteActivePort')
    for (let tries = 0; !existsSync(file) || readFileSync(file, 'utf8') === ''; tries++) {
      if (tries > 600 || self.process.exitCode !== null) throw new Error('firefox did not start')
      await pause(100)
    }
    await self.#connect(Number(readFileSync(file, 'utf8')))
    await self.send('WebDriver:NewSession', { capabilities: { alwaysMatch: { acceptInsecureCerts: false } } })
    await self.send('WebDriver:SetTimeouts', { script: 120000, pageLoad: 60000 })
    return self
  }

  async #connect(port) {
    this.waiting = new Map()
    this.next = 1
    this.socket = connect(port, '127.0.0.1')
    let data = Buffer.alloc(0)
    this.socket.on('data', (piece) => {
      data = Buffer.concat([data, piece])
      for (;;) {
        const colon = data.indexOf(':')
        const length = Number(data.subarray(0, Math.max(colon, 0)).toString())
        if (colon < 0 || data.length < colon + 1 + length) return
        this.#take(JSON.parse(data.subarray(colon + 1, colon + 1 + length).toString()))
        data = data.subarray(colon + 1 + length)
      }
    })
    await new Promise((resolve, reject) => {
      this.greeted = resolve
      this.socket.on('error', reject)
    })
  }

  #take(message) {
    if (!Array.isArray(message)) return this.greeted()
    const [, id, error, result] = message
    const { resolve, reject } = this.waiting.get(id)
    this.waiting.delete(id)
    if (error) reject(new Error(`${error.error}: ${error.message}`))
    else resolve(result?.value !== undefined && Object.keys(result).length === 1 ? result.value : result)
  }

  send(name, parameters = {}) {
    const id = this.next++
    const text = JSON.stringify([0, id, name, parameters])
    this.socket.write(`${Buffer.byteLength(text)}:${text}`)
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }))
  }

  open(url) {
    return this.send('WebDriver:Navigate', { url })
  }

  /** A function body in the page; its value. */
  run(script, ...args) {
    return this.send('WebDriver:ExecuteScript', { script, args })
  }

  async waitFor(selector, ms = 60000) {
    for (const until = Date.now() + ms; Date.now() < until; await pause(100)) {
      if (await this.run('return document.querySelector(arguments[0]) !== null', selector)) return
    }
    throw new Error(`nothing like ${selector} after ${ms} ms`)
  }

  async click(selector) {
    const found = await this.send('WebDriver:FindElement', { using: 'css selector', value: selector })
    await this.send('WebDriver:ElementClick', { id: Object.values(found)[0] })
  }

  /**
   * A person's choice in the folder dialogue that a click on `selector` opens: the dialogue itself is the desktop's, so another that
   * knows the answer stands in for it; and Firefox's own question whether the folder is meant is answered.
   */
  async chooseFolder(selector, folder) {
    await this.send('Marionette:SetContext', { value: 'chrome' })
    await this.run(`
      const registrar = Components.manager.QueryInterface(Ci.nsIComponentRegistrar)
      const file = Cc['@mozilla.org/file/local;1'].createInstance(Ci.nsIFile)
      file.initWithPath(arguments[0])
      const picker = {
        QueryInterface: ChromeUtils.generateQI(['nsIFilePicker']),
        init() {}, appendFilters() {}, appendFilter() {}, appendRawFilter() {}, open: (done) => Services.tm.dispatchToMainThread(() => done.done(0)),
        file, mode: 2, filterIndex: 0, addToRecentDocs: false, defaultString: '', defaultExtension: '', displayDirectory: null, okButtonLabel: '', capture: 0,
        isModeSupported: async () => true
      }
      registrar.registerFactory(Services.uuid.generateUUID(), '', '@mozilla.org/filepicker;1', { createInstance: (iid) => picker.QueryInterface(iid), QueryInterface: ChromeUtils.generateQI(['nsIFactory']) })`, folder)
    await this.send('Marionette:SetContext', { value: 'content' })
    await this.click(selector)
    // The answer to the question may be lost while its window is still opening: it is given again.
    for (let tries = 0; tries < 20; tries++) {
      await pause(200)
      const answered = this.send('WebDriver:AcceptAlert').then(() => true, () => false)
      if (await Promise.race([answered, pause(3000).then(() => false)])) break
    }
  }

  /**
   * A folder dropped on `selector`, as Firefox's own tests drop one: in a sandbox that may, a transfer with the path as the desktop hands
   * it on, and a drop event that Firefox vouches for. Its entries and what is read of them are what the page gets of any drop.
   */
  dropFolder(selector, folder) {
    return this.send('WebDriver:ExecuteScript', { sandbox: 'system', newSandbox: true, args: [selector, folder], script: `
      const file = Cc['@mozilla.org/file/local;1'].createInstance(Ci.nsIFile)
      file.initWithPath(arguments[1])
      const made = new window.DataTransfer()
      made.mozSetDataAt('application/x-moz-file', file, 0)
      const dataTransfer = made.mozCloneForEvent('ondrop')
      const event = new window.DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer })
      window.windowUtils.dispatchDOMEventViaPresShellForTesting(document.querySelector(arguments[0]), event)` })
  }

  async screenshot(path) {
    const data = await this.send('WebDriver:TakeScreenshot', { full: true, hash: false })
    writeFileSync(path, Buffer.from(data, 'base64'))
  }

  async stop() {
    await this.send('Marionette:Quit', { flags: ['eForceQuit'] }).catch(() => {})
    this.socket.destroy()
    for (let tries = 0; this.process.exitCode === null && tries < 50; tries++) await pause(100)
    if (this.process.exitCode === null) this.process.kill('SIGKILL')
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 5 })
  }
}
