#!/usr/bin/env node
// Make verify.html of its parts: one file that needs no other and may reach nothing.
//
// usage: web-bundle OUT.html verify.wasm words.json DEPS-FOLDER VERSION
// What runs is allowed by its digest, so nothing else in the page can. The same input gives the same file.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const [out, wasm, words, deps, version] = process.argv.slice(2)
const web = join(dirname(fileURLToPath(import.meta.url)), '../web/verify')
const esbuild = createRequire(join(deps, 'package.json'))('esbuild')

function bundle(name) {
  const result = esbuild.buildSync({
    entryPoints: [join(web, name)], bundle: true, minify: true, format: 'iife', target: ['chrome109', 'firefox115'], charset: 'utf8',
    legalComments: 'none', write: false, nodePaths: [join(deps, 'node_modules')], logLevel: 'warning', define: { DEPOSITARY_VERSION: JSON.stringify(version) }
  })
  return result.outputFiles[0].text
}

// Within <script> the one thing that could end it early is its own closing tag, or a comment's beginning.
const inScript = (text) => text.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--')
const main = inScript(bundle('main.js'))
const worker = inScript(bundle('worker.js'))
const style = esbuild.transformSync(readFileSync(join(web, 'style.css'), 'utf8'), { loader: 'css', minify: true }).code.trim()
const hash = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
const csp = [
  "default-src 'none'", `script-src ${hash(main)} 'wasm-unsafe-eval'`, 'worker-src blob:', `style-src ${hash(style)}`, 'img-src blob:',
  'frame-src blob:', "base-uri 'none'", "form-action 'none'"
].join('; ')

const parts = {
  CSP: csp, STYLE: style, WORDS: readFileSync(words, 'utf8').trim().replaceAll('<', '\\u003c'), WASM: readFileSync(wasm).toString('base64'),
  WORKER: worker, MAIN: main
}
const page = readFileSync(join(web, 'verify.html'), 'utf8').replace(/@([A-Z]+)@/g, (_all, name) => parts[name])
writeFileSync(out, page)
