// The worker that verifies: the C goes through the package, and asks for bytes of it as it needs them.

import { Core } from './wasm.js'
import { judgeToken } from './token.js'

const HEADER_MAX = 64 * 1024
// Where a token lies: beside its checkpoint, or beside an earlier one. (As texts: xgettext doesn't know a regular expression.)
const BEFORE = new RegExp('(/before/[0-9]+)[.]tokens/[^/]+$'), BESIDE = new RegExp('/tokens/[^/]+$')
export const RECORDS_SHOWN = 5000

/** `files`: Map of path to File. */
export async function start({ module, files, pin }, tell) {
  const reader = new FileReaderSync()
  const bytesOf = (file, from, length) => new Uint8Array(reader.readAsArrayBuffer(file.slice(from, from + length)))
  const core = await Core.start(module, (path, offset, length) => {
    try {
      return bytesOf(files.get(path), offset, length)
    } catch {
      return null
    }
  })
  const c = core.c
  core.ok(pin ? core.with(pin, (at) => c.verify_new(at)) : c.verify_new(0))
  for (const [path, file] of files) core.ok(core.with(path, (at, length) => c.verify_add(at, length, BigInt(file.size))))
  core.ok(c.verify_begin())

  /** Bytes before the payload of an age file: all of it where it is none, so that nothing is hashed. */
  function payloadFrom(file) {
    const front = bytesOf(file, 0, HEADER_MAX)
    const length = core.with(front, (at, size) => c.age_header_len(at, size))
    return length > 0 ? length : file.size
  }

  /** What is to be hashed, for the three in a row. */
  function wanted() {
    const jobs = []
    let starts = -1
    for (let index = 0; index < c.verify_file_count(); index++) {
      core.ok(c.verify_wanted(index))
      const { path, algorithms, payload } = core.answer()
      const file = files.get(path)
      if (algorithms === 0 && payload === 0) continue
      if (payload === 1) starts = index
      if (payload === 2) jobs.at(-1).ends = false
      jobs.push({ index, path, file, algorithms, payload, from: payload === 1 ? payloadFrom(file) : 0, starts, ends: payload !== 0 })
    }
    return jobs
  }

  function digest({ index, algorithm, digest, payload }) {
    if (payload) core.ok(core.with(payload, (at) => c.verify_payload(index, at)))
    else core.ok(core.with(digest, (at) => c.verify_digest(index, algorithm, at)))
  }

  /** What a token is over: the text of the checkpoint that it lies beside, without its signatures. */
  function signedText(path) {
    const note = files.get(path.replace(BEFORE, '$1.checkpoint').replace(BESIDE, '/checkpoint'))
    const bytes = note ? bytesOf(note, 0, HEADER_MAX) : new Uint8Array()
    const end = bytes.findIndex((byte, at) => byte === 10 && bytes[at + 1] === 10)
    return bytes.slice(0, end + 1).buffer
  }

  async function tokens() {
    core.ok(c.verify_tokens())
    let index = 0
    for (const { path, digest, authorities } of core.answer()) {
      const said = await judgeToken(bytesOf(files.get(path), 0, 1 << 20).buffer, signedText(path), digest, authorities ?? [])
      core.ok(c.verify_token_is(index++, said.found, BigInt(said.time ?? 0), said.authority ?? 0))
    }
  }

  function account() {
    core.ok(c.verify_account())
    return core.answer()
  }

  async function finish() {
    core.ok(c.verify_read())
    await tokens()
    core.ok(c.verify_finish())
    core.ok(c.verify_items())
    const items = core.answer()
    const records = []
    const count = c.verify_record_count()
    for (let index = 0; index < Math.min(count, RECORDS_SHOWN); index++) {
      core.ok(c.verify_record(index))
      records.push(core.answer())
    }
    const chain = charters()
    return { account: account(), items, records, count, charters: chain }
  }

  /** Names of members and authorities, as the charter in the package has them: for display, once it was found good. */
  function charters() {
    const last = [...files.keys()].filter((path) => /^data\/charter\/[0-9]{6}\.json$/.test(path)).sort().at(-1)
    if (!last) return null
    try {
      const bytes = bytesOf(files.get(last), 0, 1 << 20)
      return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    } catch {
      return null
    }
  }

  /** An opened container was compared with its manifest. */
  function item({ index, intact }) {
    c.verify_item_is(index, intact ? 1 : 0)
    return account()
  }

  /** What is under seal, opened; null where it doesn't open for the key that it is said to be sealed for. */
  function notice({ plain }) {
    const found = core.ok(plain ? core.with(plain, (at, length) => c.verify_notice(at, length)) : c.verify_notice_closed())
    return { told: plain && found === 0 ? core.answer() : null, account: account() }
  }

  tell({ jobs: wanted() })
  return { digest, finish, item, notice }
}
