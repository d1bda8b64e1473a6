// The members of a tar as they stream by: ustar with pax headers, as doc/format/vault.md writes it.

const BLOCK = 512
const text = new TextDecoder() // lenient: a name is only shown here, and compared through the manifest's offset

/** Takes exactly what is asked of a stream of pieces. */
class Source {
  constructor(stream) {
    this.reader = stream.getReader()
    this.piece = new Uint8Array()
    this.at = 0
  }

  async some(most) {
    while (this.piece.length === 0) {
      const { done, value } = await this.reader.read()
      if (done) return null
      this.piece = value
    }
    const taken = this.piece.subarray(0, most)
    this.piece = this.piece.subarray(taken.length)
    this.at += taken.length
    return taken
  }

  async exactly(length) {
    const out = new Uint8Array(length)
    for (let have = 0; have < length; ) {
      const taken = await this.some(length - have)
      if (taken === null) return have === 0 ? null : out.subarray(0, have)
      out.set(taken, have)
      have += taken.length
    }
    return out
  }
}

const field = (block, at, length) => {
  const end = block.subarray(at, at + length).indexOf(0)
  return text.decode(block.subarray(at, at + (end < 0 ? length : end)))
}
const octal = (block, at, length) => parseInt(field(block, at, length).trim() || '0', 8)

function pax(data) {
  const values = new Map()
  for (let at = 0; at < data.length; ) {
    const space = data.indexOf(32, at)
    const length = Number(text.decode(data.subarray(at, space)))
    if (space < 0 || !(length > 0)) break
    const record = text.decode(data.subarray(space + 1, at + length - 1))
    values.set(record.slice(0, record.indexOf('=')), record.slice(record.indexOf('=') + 1))
    at += length
  }
  return values
}

/**
 * Calls each({name, type, size, offset, target}) for every member; what it returns is an object with add(bytes) and end(), or null.
 * `offset` is that of the member's data. Throws where the stream is no tar or ends within a member.
 */
export async function members(stream, each) {
  const source = new Source(stream)
  let extended = new Map()
  for (;;) {
    const header = await source.exactly(BLOCK)
    if (header === null || header.length < BLOCK) throw new Error('cut')
    if (header.every((byte) => byte === 0)) break
    if (field(header, 257, 5) !== 'ustar') throw new Error('form')
    const type = field(header, 156, 1) || '0'
    const size = Number(extended.get('size') ?? octal(header, 124, 12))
    const padded = Math.ceil(size / BLOCK) * BLOCK
    if (type === 'x') {
      if (size > 1 << 20) throw new Error('form')
      const data = await source.exactly(padded)
      if (data === null || data.length < padded) throw new Error('cut')
      extended = pax(data.subarray(0, size))
      continue
    }
    const prefix = field(header, 345, 155)
    const name = extended.get('GNU.sparse.name') ?? extended.get('path') ?? (prefix ? `${prefix}/` : '') + field(header, 0, 100)
    const sparse = extended.has('GNU.sparse.major')
    const taker = each({ name, type, size, offset: source.at, sparse, target: extended.get('linkpath') ?? field(header, 157, 100) })
    extended = new Map()
    for (let left = size; left > 0; ) {
      const taken = await source.some(left)
      if (taken === null) throw new Error('cut')
      taker?.add(taken)
      left -= taken.length
    }
    const padding = await source.exactly(padded - size)
    if (padded > size && (padding === null || padding.length < padded - size)) throw new Error('cut')
    taker?.end()
  }
  // Behind the end there is one more block of zeros, and nothing else.
  let tail = 0
  for (let taken = await source.some(1 << 16); taken !== null; taken = await source.some(1 << 16)) {
    tail += taken.length
    if (tail > BLOCK || taken.some((byte) => byte !== 0)) throw new Error('tail')
  }
}
