// The C as the browser gets it, without a browser: it must say what the same C says natively and what others say.
//
// usage: node wasm.mjs verify.wasm WEB-SOURCES KEPT
// KEPT: what the verifier's own tests left there (src/package/test_keep.h): packages, and what the native program says of them.
import assert from 'node:assert/strict'
import { createHash, randomBytes, webcrypto } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import test from 'node:test'

globalThis.crypto ??= webcrypto // node 18
const [wasm, web, kept] = process.argv.slice(2)
const { Core, Hash, SHA256, SHA512 } = await import(pathToFileURL(`${web}/wasm.js`))
const module = new WebAssembly.Module(readFileSync(wasm))
const core = await Core.start(module)

test('asks nothing of its host but to read a file again', () => {
  const imports = WebAssembly.Module.imports(module).map(({ module, name }) => `${module}.${name}`)
  assert.deepEqual(imports.filter((name) => name !== 'host.read'), [])
})

test('digests are those of another library, at every length around a block', () => {
  const sizes = [0, 1, 55, 56, 63, 64, 65, 111, 112, 127, 128, 129, 4096, Hash.BLOCK - 1, Hash.BLOCK, Hash.BLOCK + 1, 3 * Hash.BLOCK + 7]
  for (const [algorithm, name] of [[SHA256, 'sha256'], [SHA512, 'sha512']]) {
    const hash = new Hash(core, algorithm)
    for (const size of sizes) {
      const data = randomBytes(size)
      hash.add(data.subarray(0, size >> 1))
      hash.add(data.subarray(size >> 1))
      assert.equal(Buffer.from(hash.finish()).toString('hex'), createHash(name).update(data).digest('hex'), `${name} of ${size}`)
    }
  }
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

/** As web/verify/judge.js and hasher.js do it, from memory. */
async function verify(folder, fingerprint) {
  const files = new Map(filesBelow(folder))
  const core = await Core.start(module, (path, offset, length) => files.get(path)?.subarray(offset, offset + length) ?? null)
  const { c } = core
  const digests = { [SHA256]: new Hash(core, SHA256), [SHA512]: new Hash(core, SHA512) }
  const digest = (algorithm, data) => {
    digests[algorithm].add(data)
    return digests[algorithm].finish()
  }
  const pin = fingerprint ? core.fingerprint(fingerprint).pin : null
  core.ok(pin ? core.with(pin, (at) => c.verify_new(at)) : c.verify_new(0))
  for (const [path, data] of files) core.ok(core.with(path, (at, length) => c.verify_add(at, length, BigInt(data.length))))
  core.ok(c.verify_begin())
  for (let index = 0; index < c.verify_file_count(); index++) {
    core.ok(c.verify_wanted(index))
    const { path, algorithms, payload } = core.answer()
    const data = files.get(path)
    for (const algorithm of [SHA256, SHA512]) if (algorithms & algorithm) core.ok(core.with(digest(algorithm, data), (at) => c.verify_digest(index, algorithm, at)))
    const from = payload === 1 ? core.with(data, (at, length) => c.age_header_len(at, length)) : 0
    if (from > 0) core.ok(core.with(digest(SHA256, data.subarray(from)), (at) => c.verify_payload(index, at)))
  }
  core.ok(c.verify_read())
  core.ok(c.verify_finish())
  core.ok(c.verify_account())
  const account = core.answer()
  const records = []
  for (let index = 0; index < c.verify_record_count(); index++) {
    core.ok(c.verify_record(index))
    records.push(core.answer())
  }
  return { account, records }
}

test('of every package and forgery of the native tests it says the very same', async (t) => {
  const results = { intact: 0, altered: 0, unproved: 0 }
  for (const name of readdirSync(kept).sort()) {
    const native = JSON.parse(readFileSync(join(kept, name, 'account.json'), 'utf8'))
    await t.test(name, async () => assert.deepEqual(await verify(join(kept, name, 'package'), readFileSync(join(kept, name, 'pin'), 'utf8')), native))
    results[native.account.result]++
  }
  t.diagnostic(JSON.stringify(results))
  assert.ok(results.altered >= 50 && results.intact >= 1, JSON.stringify(results))
})
