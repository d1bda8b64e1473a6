// The C verifier (src/wasm/shim.h) as JavaScript calls it. Runs in workers, and in node for the tests.

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })

export const SHA256 = 4, SHA512 = 8 // DEP_BAG_SHA256, DEP_BAG_SHA512
const FOUND = 1
const FAULTS = { '-1': 'memory', '-2': 'cap', '-3': 'io', '-4': 'corrupt', '-5': 'crypto', '-8': 'changed' }

/** What the C found in foreign data. */
export class Found extends Error {}

/** What the C reports as a fault: nothing was found out, in one sense or the other. */
export class Fault extends Error {
  constructor(code) {
    super(FAULTS[code] ?? String(code))
    this.code = code
  }
}

export class Core {
  /** `module`: a WebAssembly.Module. `read(path, offset, length)`: those bytes of a file that was added, or null. */
  static async start(module, read = () => null) {
    const core = new Core()
    const instance = await WebAssembly.instantiate(module, {
      host: {
        read: (path, pathLength, offset, out, length) => core.#read(read, path, pathLength, offset, out, length)
      }
    })
    core.c = instance.exports
    core.ok(core.c.init((crypto.getRandomValues(new Uint32Array(1))[0] | 1) >>> 0))
    return core
  }

  // Memory may have grown, and then earlier views are dead. An address above 2 GiB comes as a negative number.
  bytes(at, length) {
    return new Uint8Array(this.c.memory.buffer, at >>> 0, length)
  }

  #read(read, path, pathLength, offset, out, length) {
    const name = decoder.decode(this.bytes(path, pathLength).slice())
    const bytes = read(name, Number(offset), length)
    if (bytes === null || bytes.length !== length) return bytes === null ? -3 : FOUND
    this.bytes(out, length).set(bytes)
    return 0
  }

  alloc(length) {
    const at = this.c.alloc(length)
    if (at === 0) throw new Fault(-1)
    return at
  }

  /** 0 or FOUND; throws on a fault. */
  ok(status) {
    if (status < 0) throw new Fault(status)
    return status
  }

  answer() {
    return JSON.parse(decoder.decode(this.bytes(this.c.answer(), this.c.answer_len()).slice()))
  }

  /** Calls `use(at, length)` with `bytes` (or a text in UTF-8) in the C's memory. */
  with(bytes, use) {
    const data = typeof bytes === 'string' ? encoder.encode(bytes) : bytes
    const at = this.alloc(data.length)
    try {
      this.bytes(at, data.length).set(data)
      return use(at, data.length)
    } finally {
      this.c.free(at)
    }
  }

  /** A typed fingerprint: {pin: Uint8Array(25)} or {id, clause, offset}. */
  fingerprint(text) {
    return this.with(text, (at, length) => {
      const out = this.alloc(25)
      try {
        if (this.ok(this.c.fingerprint(at, length, out)) === FOUND) return this.answer()
        return { pin: this.bytes(out, 25).slice() }
      } finally {
        this.c.free(out)
      }
    })
  }

  /** A container's manifest: {root, lines, entries: [{kind, sha256, offset, stored, sparse, path}]}. Throws Found where it is none. */
  manifest(data) {
    if (this.ok(this.with(data, (at, length) => this.c.manifest(at, length))) === FOUND) throw new Found(this.answer().id)
    return this.answer()
  }

  /** The member `proofs` of parts: {item, root, entries}, each entry proved in the root. */
  parts(data) {
    if (this.ok(this.with(data, (at, length) => this.c.parts(at, length))) === FOUND) throw new Found(this.answer().id)
    return this.answer()
  }

  fingerprintOf(digest) {
    this.ok(this.with(digest, (at) => this.c.fingerprint_of(at)))
    return this.answer()
  }

  schemas() {
    this.ok(this.c.schemas())
    return this.answer()
  }
}

/** One running digest. */
export class Hash {
  static BLOCK = 1 << 17 // so that what is copied here is still in a core's cache when it is hashed

  constructor(core, algorithm) {
    this.core = core
    this.at = core.c.hash_new(algorithm)
    if (this.at === 0) throw new Fault(-1)
    this.room = core.alloc(Hash.BLOCK)
  }

  /** To `other` as well, where there is one: of the same core, and both of SHA-256. */
  add(bytes, other = null) {
    for (let from = 0; from < bytes.length; from += Hash.BLOCK) {
      const piece = bytes.subarray(from, from + Hash.BLOCK)
      this.core.bytes(this.room, piece.length).set(piece)
      if (other) this.core.c.hash_add_two(this.at, other.at, this.room, piece.length)
      else this.core.c.hash_add(this.at, this.room, piece.length)
    }
  }

  /** The digest; the next add() begins another. */
  finish() {
    const length = this.core.c.hash_finish(this.at, this.room)
    return this.core.bytes(this.room, length).slice()
  }

  free() {
    this.core.c.hash_free(this.at)
    this.core.c.free(this.room)
  }
}
