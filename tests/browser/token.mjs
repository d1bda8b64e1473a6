// RFC 3161 tokens as verify.html judges them, made by `openssl ts` with an authority of the test's own.
//
// usage: node token.mjs DEPS-FOLDER WEB-SOURCES
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash, webcrypto } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import test, { after } from 'node:test'
import { pathToFileURL } from 'node:url'

globalThis.crypto ??= webcrypto // node 18
const [deps, web] = process.argv.slice(2).map((path) => resolve(path))
const dir = mkdtempSync(join(tmpdir(), 'depositary-token-'))
after(() => rmSync(dir, { recursive: true, force: true }))

const esbuild = createRequire(join(deps, 'package.json'))('esbuild')
esbuild.buildSync({ entryPoints: [join(web, 'token.js')], bundle: true, format: 'esm', outfile: join(dir, 'token.mjs'), nodePaths: [join(deps, 'node_modules')], logLevel: 'error' })
const { judgeToken } = await import(pathToFileURL(join(dir, 'token.mjs')))
const [GOOD, FORM, DIGEST, AUTHORITY, SIGNATURE, USE, REFUSED] = [0, 1, 2, 3, 4, 5, 6]

const openssl = (...args) => execFileSync('openssl', args, { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] })
const write = (name, text) => writeFileSync(join(dir, name), text)
const read = (name) => readFileSync(join(dir, name))

function authority(name, kind, usage, { days = '365', named = 'sha256' } = {}) {
  openssl('req', '-x509', '-newkey', ...(kind === 'rsa' ? ['rsa:2048'] : ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256']), '-nodes', '-keyout', `${name}.ca.key`, '-out', `${name}.ca.pem`,
    '-subj', `/CN=${name} root`, '-days', '3650')
  openssl('req', '-new', '-newkey', ...(kind === 'rsa' ? ['rsa:2048'] : ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256']), '-nodes', '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`)
  write(`${name}.ext`, usage)
  openssl('x509', '-req', '-in', `${name}.csr`, '-CA', `${name}.ca.pem`, '-CAkey', `${name}.ca.key`, '-set_serial', '7', '-days', days, '-extfile', `${name}.ext`, '-out', `${name}.pem`)
  write(`${name}.cnf`, `[tsa]\ndefault_tsa = t\n[t]\nserial = ${name}.serial\ncrypto_device = builtin\nsigner_cert = ${name}.pem\nsigner_key = ${name}.key\ncerts = ${name}.ca.pem
signer_digest = sha256\ndefault_policy = 1.2.3.4.1\nother_policies = 1.2.3.4.5\ndigests = sha256, sha512\naccuracy = secs:1\nordering = no\ntsa_name = yes\ness_cert_id_chain = no\ness_cert_id_alg = ${named}\n`)
}
const STAMPING = 'extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n'
authority('p256', 'ec', STAMPING)
authority('rsa', 'rsa', STAMPING)
authority('stranger', 'ec', STAMPING)
authority('older', 'ec', STAMPING, { named: 'sha1' })
authority('expired', 'ec', STAMPING, { days: '0' })

const text = Buffer.from('example/log\n3\nuwAJr6T4DSXIpYRNXUhBG/KDOGAqrVsFQpBKvUGSAhA=\n')
const hash = (data) => createHash('sha256').update(data).digest('hex')
function stamp(name, data, ...more) {
  write('data', data)
  openssl('ts', '-query', '-data', 'data', '-sha256', '-cert', '-no_nonce', '-out', 'q', ...more)
  openssl('ts', '-reply', '-config', `${name}.cnf`, '-section', 't', '-queryfile', 'q', '-out', 'r')
  return read('r')
}
const certificate = (name) => openssl('x509', '-in', name, '-outform', 'DER').toString('base64')
const buffer = (data) => data.buffer.slice(data.byteOffset, data.byteOffset + data.length)
const judge = (response, { over = text, pinned = [certificate('p256.ca.pem')] } = {}) => judgeToken(buffer(response), buffer(over), hash(over), pinned)

test('good: pinned by the root or the very certificate; P-256 and RSA; named by SHA-256 and by SHA-1', async () => {
  for (const name of ['p256', 'rsa', 'older']) {
    const response = stamp(name, text)
    for (const pin of [`${name}.ca.pem`, `${name}.pem`]) {
      const said = await judge(response, { pinned: [certificate('stranger.ca.pem'), 'AAAA', certificate(pin)] })
      assert.deepEqual([said.found, said.authority], [GOOD, 2], `${name} ${pin}`)
      assert.ok(Math.abs(said.time - Date.now() / 1000) < 60)
    }
  }
})

test('without a certificate in it, if that is pinned', async () => {
  write('data', text)
  openssl('ts', '-query', '-data', 'data', '-sha256', '-no_nonce', '-out', 'q')
  openssl('ts', '-reply', '-config', 'p256.cnf', '-section', 't', '-queryfile', 'q', '-out', 'r')
  assert.equal((await judge(read('r'), { pinned: [certificate('p256.pem')] })).found, GOOD)
  assert.equal((await judge(read('r'))).found, AUTHORITY)
})

test('each wrong in one respect', async () => {
  const good = stamp('p256', text)
  assert.equal((await judge(good, { over: Buffer.concat([text, Buffer.from('x')]) })).found, DIGEST)
  assert.equal((await judge(good, { pinned: [certificate('stranger.ca.pem')] })).found, AUTHORITY)
  assert.equal((await judge(good, { pinned: [] })).found, AUTHORITY)
  assert.equal((await judge(Buffer.concat([good, Buffer.from([0])]))).found, FORM)
  assert.equal((await judge(good.subarray(0, -1))).found, FORM)
  assert.equal((await judge(Buffer.alloc(0))).found, FORM)
  const bent = Buffer.from(good)
  bent[bent.length - 8] ^= 1 // within the signature
  assert.equal((await judge(bent)).found, SIGNATURE)
  const dated = Buffer.from(good)
  const at = dated.indexOf(Buffer.from('20', 'latin1'), dated.indexOf(Buffer.from(hash(text), 'hex')))
  dated[at + 3] = 0x31 + (dated[at + 3] === 0x31) // another year
  assert.equal((await judge(dated)).found, SIGNATURE)
  write('data', text)
  openssl('ts', '-query', '-data', 'data', '-sha512', '-cert', '-no_nonce', '-out', 'q')
  openssl('ts', '-reply', '-config', 'p256.cnf', '-section', 't', '-queryfile', 'q', '-out', 'r')
  assert.equal((await judge(read('r'))).found, DIGEST)
})

test('a certificate that had run out', async () => {
  await new Promise((resolve) => setTimeout(resolve, 1100))
  assert.equal((await judge(stamp('expired', text), { pinned: [certificate('expired.ca.pem')] })).found, USE)
})

test('an authority that refuses', async () => {
  write('data', text)
  openssl('ts', '-query', '-data', 'data', '-sha256', '-tspolicy', '1.2.3.4.99', '-out', 'q')
  openssl('ts', '-reply', '-config', 'p256.cnf', '-section', 't', '-queryfile', 'q', '-out', 'r')
  assert.equal((await judge(read('r'))).found, REFUSED)
})

// `openssl ts` refuses to sign with such a certificate, so one with the same key stands in the signer's place: not its own, then.
test('another certificate of the same key, and one that is for something else', async () => {
  const response = stamp('p256', text)
  write('other.ext', 'extendedKeyUsage=critical,codeSigning\n')
  openssl('x509', '-req', '-in', 'p256.csr', '-CA', 'p256.ca.pem', '-CAkey', 'p256.ca.key', '-set_serial', '7', '-days', '365', '-extfile', 'other.ext', '-out', 'other.pem')
  write('data', text)
  openssl('ts', '-query', '-data', 'data', '-sha256', '-no_nonce', '-out', 'q')
  openssl('ts', '-reply', '-config', 'p256.cnf', '-section', 't', '-queryfile', 'q', '-out', 'r')
  assert.equal((await judge(read('r'), { pinned: [certificate('other.pem')] })).found, SIGNATURE, 'the signed attribute names another')
  assert.equal((await judge(response)).found, GOOD)
})
