// The C as the browser gets it, without a browser: it must say what the same C says natively and what others say.
//
// usage: node wasm.mjs verify.wasm WEB-SOURCES DEPS-FOLDER KEPT
// KEPT: packages and what the native program says of them: those that the verifier's own tests left there (src/package/test_keep.h), or
// each forgery of tests/flow/forgeries/list.json and tests/flow/publish.sh, as those tests leave them.
import assert from 'node:assert/strict'
import { createHash, randomBytes, webcrypto } from 'node:crypto'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import test, { after } from 'node:test'
import { pathToFileURL } from 'node:url'
import { memoryOf } from './limited.mjs'

globalThis.crypto ??= webcrypto // node 18
const [wasm, web, deps, kept] = process.argv.slice(2).map((path) => resolve(path))
const dir = mkdtempSync(join(tmpdir(), 'depositary-judge-'))
after(() => rmSync(dir, { recursive: true, force: true }))
const esbuild = createRequire(join(deps, 'package.json'))('esbuild')
const entry = { contents: "export * from './wasm.js'\nexport { start as judging } from './judge.js'\nexport { first, second } from './hasher.js'", resolveDir: web }
esbuild.buildSync({ stdin: entry, bundle: true, format: 'esm', outfile: join(dir, 'web.mjs'), nodePaths: [join(deps, 'node_modules')], logLevel: 'error' })
const { Core, Fault, Hash, SHA256, SHA512, judging, first, second } = await import(pathToFileURL(join(dir, 'web.mjs')))
const module = new WebAssembly.Module(readFileSync(wasm))
const core = await Core.start(module)

test('asks nothing of its host but to read a file again', () => {
  const imports = WebAssembly.Module.imports(module).map(({ module, name }) => `${module}.${name}`)
  assert.deepEqual(imports.filter((name) => name !== 'host.read'), [])
})

test('digests are those of another library, at every length', () => {
  const sizes = [0, 1, 55, 56, 63, 64, 65, 111, 112, 127, 128, 129, 4096, Hash.BLOCK - 1, Hash.BLOCK, Hash.BLOCK + 1, 3 * Hash.BLOCK + 7]
  for (const [algorithm, name] of [[SHA256, 'sha256'], [SHA512, 'sha512']]) {
    const hash = new Hash(core, algorithm)
    for (const size of sizes) {
      const data = randomBytes(size)
      hash.add(data.subarray(0, size >> 1))
      hash.add(data.subarray(size >> 1))
      assert.equal(Buffer.from(hash.finish()).toString('hex'), createHash(name).update(data).digest('hex'), `${name} of ${size}`)
    }
    // Every length, whole and in pieces: as short as the library hashes alone, and as long as our own rounds begin with (decision 027).
    const data = randomBytes(4096)
    for (const from of [0, 1024]) {
      for (let size = from; size <= from + 300; size++) {
        const message = data.subarray(0, size), said = createHash(name).update(message).digest('hex')
        for (const piece of [size, 1, 64, 129]) {
          for (let at = 0; at < size; at += piece) hash.add(message.subarray(at, at + piece))
          assert.equal(Buffer.from(hash.finish()).toString('hex'), said, `${name} of ${size} in pieces of ${piece}`)
        }
      }
    }
    // Groups of blocks are hashed together: whatever of one was begun before, and whatever is left behind the last.
    for (let begun = 0; begun <= 130; begun++) {
      for (const end of [begun + 1023, begun + 1024, begun + 1279, begun + 1280, 2048 + begun, 4096]) {
        hash.add(data.subarray(0, begun))
        hash.add(data.subarray(begun, end))
        assert.equal(Buffer.from(hash.finish()).toString('hex'), createHash(name).update(data.subarray(0, end)).digest('hex'), `${name} of ${begun} and ${end - begun}`)
      }
    }
  }
})

/** A file whose stream gives few bytes at a time (`bytes`), is none of bytes (an older browser's), or ends with `ends` bytes given. */
class Streamed {
  constructor(data, { bytes = true, ends = data.length } = {}) {
    Object.assign(this, { data, bytes, ends, size: data.length })
  }

  slice(from, to) {
    return { arrayBuffer: async () => new Uint8Array(this.data.subarray(from, to)).buffer }
  }

  stream() {
    let at = 0
    const pull = (controller) => {
      const piece = this.data.slice(at, Math.min(at + 777777, this.ends))
      at += piece.length
      if (piece.length > 0) controller.enqueue(new Uint8Array(piece))
      else if (this.ends < this.size) controller.error(new Error('gone'))
      else controller.close()
    }
    return new ReadableStream(this.bytes ? { type: 'bytes', pull } : { pull })
  }
}

test('the two that hash read each file whole, in the order of the jobs, and tell which cannot be read', async () => {
  const BUFFER = 4 << 20, whole = randomBytes(9 * BUFFER + 5)
  const files = [0, 1, BUFFER - 1, BUFFER, BUFFER + 1, 2 * BUFFER, whole.length].flatMap((size) => [new Streamed(whole.subarray(0, size)), new Streamed(whole.subarray(0, size), { bytes: false })])
  files.push(new Streamed(whole, { ends: BUFFER + 9 }), new Streamed(whole.subarray(7)), new Streamed(whole.subarray(9)))
  const broken = files.length - 3, split = files.length - 2
  // Some have no SHA-256, some no payload, and that of the last but one goes on in the last.
  const jobs = files.map((file, index) => ({ index, file, algorithms: index % 5 === 1 ? SHA512 : SHA256 | SHA512, payload: index % 5 === 2 ? 0 : 1, from: Math.min(100, file.size), starts: index, ends: true }))
  Object.assign(jobs[split], { payload: 1, ends: false })
  Object.assign(jobs[split + 1], { payload: 2, from: 0, starts: split })
  const { port1, port2 } = new MessageChannel()
  const said = [], tell = (message) => said.push(message)
  await second({ module, port: port2 }, tell)
  const { run } = await first({ module, port: port1 }, tell)
  try {
    await run(jobs)
  } finally {
    port1.close()
  }
  const hex = (name, data) => createHash(name).update(data).digest('hex')
  const payloadOf = ({ file, from, ends, index }) => (ends ? file.data.subarray(from) : Buffer.concat([file.data.subarray(from), files[index + 1].data]))
  for (const { index, file, algorithms, payload, from, ends } of jobs.filter(({ index }) => index !== broken)) {
    const of = said.filter((message) => message.index === index)
    const expected = [[SHA512, hex('sha512', file.data)]]
    if (algorithms & SHA256) expected.push([SHA256, hex('sha256', file.data)])
    if (payload === 1) expected.push(['payload', hex('sha256', payloadOf({ file, from, ends, index }))])
    const told = of.filter((message) => message.digest || message.payload).map((message) => [message.algorithm ?? 'payload', Buffer.from(message.digest ?? message.payload).toString('hex')])
    assert.deepEqual(told.sort(), expected.sort(), `${index}: ${file.size}`)
    assert.equal(of.reduce((sum, { done }) => sum + (done ?? 0), 0), file.size)
  }
  assert.deepEqual(said.filter(({ unreadable }) => unreadable), [{ index: broken, unreadable: true }])
  assert.ok(!said.some(({ index, digest }) => index === broken && digest))
})

test('memory grows by an eighth, not by a page, as long as there is so much', async () => {
  const memory = memoryOf(readFileSync(wasm)), pages = 2000
  const { c } = await Core.start(new WebAssembly.Module(memory.limit(memory.first + pages)))
  const sizes = new Set()
  let taken = 0
  for (; c.alloc(64 * 1024 - 64) !== 0; taken++) sizes.add(c.memory.buffer.byteLength)
  assert.ok(taken > pages - 50, `${taken} of ${pages} pages could be had`)
  assert.equal(c.memory.buffer.byteLength, (memory.first + pages) * 64 * 1024)
  assert.ok(sizes.size < 400, `grown ${sizes.size} times`)
})

test('a fingerprint is judged as it is typed', () => {
  const good = readFileSync(new URL('fingerprint.txt', import.meta.url), 'utf8').trim()
  assert.equal(core.fingerprint(good).pin.length, 25)
  assert.deepEqual(core.fingerprint(good.toLowerCase()).pin, core.fingerprint(good).pin)
  const rows = [
    ['', 'fingerprint.len', 8],
    [good.slice(0, -1), 'fingerprint.len', 7],
    [good.slice(0, 2) + '!' + good.slice(3), 'fingerprint.character', 2]
  ]
  for (const [text, id, offset] of rows) {
    const said = core.fingerprint(text)
    assert.deepEqual([said.id, said.offset], [id, offset], JSON.stringify(text))
  }
  // Any two neighbours exchanged, in any group, are noticed, and the group is named.
  let tried = 0
  for (let at = 0; at + 1 < good.length; at++) {
    const [a, b] = [good[at], good[at + 1]]
    if (a === ' ' || b === ' ' || a === b) continue
    const said = core.fingerprint(good.slice(0, at) + b + a + good.slice(at + 2))
    assert.deepEqual([said.id, said.offset], ['fingerprint.check', Math.floor(at / 7)])
    tried++
  }
  assert.ok(tried > 20)
})

test('the words of the schemas come along', () => {
  const schemas = core.schemas()
  for (const language of ['en', 'fr', 'ar']) assert.ok(schemas['evidence.collected'].metadata.labels[language].length > 3)
})

function filesBelow(folder, at = folder) {
  return readdirSync(at, { withFileTypes: true }).flatMap((entry) => {
    const path = join(at, entry.name)
    return entry.isDirectory() ? filesBelow(folder, path) : [[relative(folder, path), readFileSync(path)]]
  })
}

/** A File of the browser's, in memory. */
class Held {
  constructor(data) {
    this.data = data
    this.size = data.length
  }

  slice(from, to) {
    return new Held(this.data.subarray(from, to))
  }
}
globalThis.FileReaderSync = class {
  readAsArrayBuffer({ data }) {
    return data.buffer.slice(data.byteOffset, data.byteOffset + data.length)
  }
}

const digests = { [SHA256]: new Hash(core, SHA256), [SHA512]: new Hash(core, SHA512) }
const payload = new Hash(core, SHA256)

/** The page's own judge, tokens and all; of its workers only what hashes is done here, as web/verify/hasher.js does it. */
async function verify(folder, fingerprint, by = module) {
  const files = new Map(filesBelow(folder).map(([path, data]) => [path, new Held(data)]))
  let jobs
  const judge = await judging({ module: by, files, pin: fingerprint ? core.fingerprint(fingerprint).pin : null }, (said) => ({ jobs } = said))
  for (const job of jobs) {
    const { data } = job.file
    for (const algorithm of [SHA256, SHA512]) {
      if (!(job.algorithms & algorithm)) continue
      digests[algorithm].add(data)
      judge.digest({ index: job.index, algorithm, digest: digests[algorithm].finish() })
    }
    if (job.payload === 0) continue
    payload.add(data.subarray(job.from))
    if (job.ends) judge.digest({ index: job.starts, payload: payload.finish() })
  }
  const { account, records } = await judge.finish()
  return { account, records }
}

test('a judge that failed says so to whatever it is asked then, and nothing of the package', async () => {
  const said = []
  globalThis.onmessage = null
  globalThis.postMessage = (message) => said.push(message)
  const { outputFiles } = esbuild.buildSync({ entryPoints: [join(web, 'worker.js')], bundle: true, format: 'esm', write: false, nodePaths: [join(deps, 'node_modules')], logLevel: 'error' })
  await import('data:text/javascript;base64,' + Buffer.from(outputFiles[0].contents).toString('base64'))
  const name = readdirSync(kept)[0]
  const files = new Map(filesBelow(join(kept, name, 'package')).map(([path, data]) => [path, new Held(data)]))
  onmessage({ data: { role: 'judge', module, files, pin: null } })
  onmessage({ data: { digests: [{ index: 0, algorithm: SHA256, digest: null }] } }) // what no hasher says: as memory that is used up, it throws
  onmessage({ data: { finish: true } })
  while (said.length < 3) await new Promise((resolve) => setTimeout(resolve, 1))
  assert.deepEqual(said.map((message) => Object.keys(message)), [['jobs'], ['fault'], ['fault']])
  assert.equal(said[2].fault, said[1].fault)
})

test('with too little memory, however much that is, it says that of the device, and nothing else of the package than with enough', async (t) => {
  const memory = memoryOf(readFileSync(wasm)), modules = new Map()
  const limited = (pages) => modules.get(pages) ?? modules.set(pages, new WebAssembly.Module(memory.limit(pages))).get(pages)
  const names = readdirSync(kept).sort()
  const accounts = names.map((name) => JSON.parse(readFileSync(join(kept, name, 'account.json'), 'utf8')).account)
  const chosen = ['intact', 'altered', 'unproved'].map((result) => names[accounts.findIndex((account) => account.result === result)])
  let failed = 0
  for (const [at, name] of chosen.entries()) {
    assert.ok(name, 'a package of each result')
    const folder = join(kept, name, 'package'), pin = readFileSync(join(kept, name, 'pin'), 'utf8'), enough = await verify(folder, pin)
    for (let pages = memory.first, whole = 0; whole < 2; pages += at === 0 ? 2 : 11) {
      try {
        assert.deepEqual(await verify(folder, pin, limited(pages)), enough, `${name}, ${pages} pages`)
        whole++
      } catch (error) {
        if (!(error instanceof Fault)) throw error
        assert.equal(error.message, 'memory')
        failed++
      }
    }
  }
  t.diagnostic(`${failed} times too little`)
  assert.ok(failed > 50)
})

/** Here a link is followed, and doesn't say that it is one: there the finding is another. */
const linked = (folder) => readdirSync(folder, { withFileTypes: true, recursive: true }).some((entry) => entry.isSymbolicLink())

test('of every package and forgery of the native tests it says the very same', async (t) => {
  const results = { intact: 0, altered: 0, unproved: 0 }
  const seen = new Set()
  for (const name of readdirSync(kept).sort()) {
    const text = readFileSync(join(kept, name, 'account.json'), 'utf8')
    if (seen.has(text)) continue // the native tests come back to many a package
    seen.add(text)
    const native = JSON.parse(text)
    await t.test(name, async () => {
      const folder = join(kept, name, 'package')
      const said = await verify(folder, readFileSync(join(kept, name, 'pin'), 'utf8'))
      if (linked(folder)) assert.equal(said.account.result, native.account.result)
      else assert.deepEqual(said, native)
    })
    results[native.account.result]++
  }
  t.diagnostic(JSON.stringify(results))
  assert.ok(results.altered >= 50 && results.intact >= 1, JSON.stringify(results))
})
