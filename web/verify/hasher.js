// The two workers that hash. The first reads the files, with SHA-512, and hands on what it has hashed; the second has SHA-256, of the
// file and of an age payload in it. So each byte is read once, and two cores are busy. The buffers go to and fro: how much is under way
// is bounded by their number, and no piece needs new memory (decision 016).

import { Core, Hash, SHA256, SHA512 } from './wasm.js'

const BUFFER = 4 << 20
const BUFFERS = 6
const AHEAD = 2 // buffers that are being filled while one is hashed

// Chromium collects a stream that nothing but its own promises hold on to, as garbage: they are never kept then.
const streams = new Set()

/** A function that fills a buffer with the next bytes of `file`: what it was given is gone then, what it gives has the same size. */
function reading(file) {
  let stream = null, at = 0
  try {
    if (file.size > BUFFER) stream = file.stream().getReader({ mode: 'byob' })
  } catch {} // an older browser, whose files are no streams of bytes
  if (stream) streams.add(stream)
  return async (buffer, length) => {
    if (!stream) {
      const data = await file.slice(at, at + length).arrayBuffer()
      new Uint8Array(buffer).set(new Uint8Array(data))
      at += length
      return buffer
    }
    for (let filled = 0, ended = false; filled < length;) {
      if (ended) throw new Error('shorter than it was')
      const { value, done } = await stream.read(new Uint8Array(buffer, filled, length - filled), { min: length - filled })
      buffer = value.buffer
      filled += value.length
      ended = done
    }
    at += length
    if (at === file.size) streams.delete(stream)
    return buffer
  }
}

/** Those that are free: as many as there are, until they come back. */
class Buffers {
  free = Array.from({ length: BUFFERS }, () => null)
  wake = () => {}

  constructor(port) {
    port.onmessage = ({ data }) => {
      this.free.push(data)
      this.wake()
    }
  }

  async take() {
    while (this.free.length === 0) await new Promise((resolve) => (this.wake = resolve))
    return this.free.pop() ?? new ArrayBuffer(BUFFER)
  }

  async all() {
    while (this.free.length < BUFFERS) await new Promise((resolve) => (this.wake = resolve))
  }
}

/** The first. Jobs: {index, file, algorithms, payload, from}, in order. */
export async function first({ module, port }, tell) {
  const hash = new Hash(await Core.start(module), SHA512), buffers = new Buffers(port)
  let failed = null

  async function pass({ job, at, length, last, filled }) {
    let data
    try {
      data = await filled
    } catch {
      if (failed !== job.index) tell({ index: job.index, unreadable: true })
      failed = job.index
      data = new ArrayBuffer(BUFFER) // the stream keeps the one that it was given
    }
    const piece = { job: { ...job, file: undefined }, at, length, last, data, failed: failed === job.index }
    if (job.algorithms & SHA512) {
      hash.add(new Uint8Array(data, 0, length))
      const digest = last && hash.finish()
      if (last && !piece.failed) tell({ index: job.index, algorithm: SHA512, digest })
    }
    tell({ index: job.index, done: length, last })
    port.postMessage(piece, [data])
  }

  async function run(jobs) {
    const waiting = []
    for (const job of jobs) {
      const fill = reading(job.file)
      let at = 0, before = Promise.resolve()
      do {
        const length = Math.min(BUFFER, job.file.size - at), free = await buffers.take()
        const filled = before.then(() => fill(free, length))
        filled.catch(() => {}) // it is awaited in pass(), in its turn
        if (waiting.push({ job, at, length, last: at + length === job.file.size, filled }) > AHEAD) await pass(waiting.shift())
        before = filled
        at += length
      } while (at < job.file.size)
    }
    for (const piece of waiting) await pass(piece)
    await buffers.all() // the second has finished, too
    tell({ end: true })
  }
  return { run }
}

/** The second. Both digests at once cost less than one after the other. */
export async function second({ module, port }, tell) {
  const core = await Core.start(module), whole = new Hash(core, SHA256), payload = new Hash(core, SHA256)

  function add({ job, at, length, data, failed }) {
    const bytes = new Uint8Array(data, 0, length), wanted = job.algorithms & SHA256
    const begins = job.payload === 0 || failed ? length : Math.min(Math.max(job.from - at, 0), length)
    if (wanted) whole.add(bytes.subarray(0, begins))
    if (wanted) whole.add(bytes.subarray(begins), payload)
    else payload.add(bytes.subarray(begins))
  }

  port.onmessage = ({ data: piece }) => {
    const { job, last, data, failed } = piece
    add(piece)
    if (last && job.algorithms & SHA256) {
      const digest = whole.finish()
      if (!failed) tell({ index: job.index, algorithm: SHA256, digest })
    }
    // Of a payload in pieces only the last one's end is the end.
    if (last && job.payload !== 0 && job.ends) tell({ index: job.starts, payload: payload.finish() })
    port.postMessage(data, [data])
  }
  return {}
}
