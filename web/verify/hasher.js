// A worker that hashes. Three of them stand in a row, each with one digest: the first reads the files, and hands on what it has
// hashed; so each byte is read once, and two cores are busy. How much is under way is bounded by credits that the last gives back.
//
//   reader (SHA-256) ──chunk──► second (SHA-512) ──chunk──► third (SHA-256 of the age payload)
//      ▲                                                       │
//      └───────────────────────── credit ──────────────────────┘

import { Core, Hash } from './wasm.js'

// Reading costs a browser by the request: in pieces of 1 MiB twice as much as in these. Five of them are in memory at most.
const CHUNK = 16 << 20
const UNDER_WAY = 3
const AHEAD = 2 // files or chunks that are being read while one is hashed

/** Jobs: {index, file, algorithms, payload, from}. In order; what is read of them goes to `each`. */
async function* chunks(jobs) {
  const reading = []
  const begin = function* () {
    for (const job of jobs) {
      let at = 0
      do {
        const end = Math.min(at + CHUNK, job.file.size)
        yield { job, at, last: end === job.file.size, data: job.file.slice(at, end).arrayBuffer() }
        at = end
      } while (at < job.file.size)
    }
  }
  for (const piece of begin()) {
    piece.data.catch(() => {}) // it is awaited below, in its turn
    reading.push(piece)
    if (reading.length >= AHEAD) yield reading.shift()
  }
  yield* reading
}

export async function start({ module, algorithm, next, credit, reads, payload }, tell) {
  const hash = new Hash(await Core.start(module), algorithm)
  let credits = UNDER_WAY
  let wake = () => {}

  function take({ job, at, last, data, failed }) {
    const bytes = new Uint8Array(data)
    if (payload) {
      if (job.payload === 0) return
      // Of a payload in pieces only the last one's end is the end.
      if (!failed && bytes.length > 0) hash.add(at < job.from ? bytes.subarray(Math.min(job.from - at, bytes.length)) : bytes)
      if (last && job.ends) tell({ index: job.starts, payload: hash.finish() })
    } else if (job.algorithms & algorithm) {
      hash.add(bytes)
      if (last) {
        const digest = hash.finish()
        if (!failed) tell({ index: job.index, algorithm, digest })
      }
    }
    if (reads) tell({ index: job.index, done: bytes.length, last })
  }

  function pass(piece) {
    take(piece)
    if (next) next.postMessage(piece, [piece.data])
    else credit?.postMessage(1)
  }

  if (credit && reads) {
    credit.onmessage = ({ data }) => {
      credits += data
      wake()
    }
  }

  /** Only the reader: goes through all jobs. */
  async function run(jobs) {
    let failed = null
    for await (const { job, at, last, data } of chunks(jobs)) {
      while (credits <= 0) await new Promise((resolve) => (wake = resolve))
      credits--
      let bytes = new ArrayBuffer(0)
      try {
        bytes = await data
      } catch {
        failed = job.index
        tell({ index: job.index, unreadable: true })
      }
      pass({ job: { ...job, file: undefined }, at, last, data: bytes, failed: failed === job.index })
    }
    // All credits back: everybody has finished.
    while (credits < UNDER_WAY) await new Promise((resolve) => (wake = resolve))
    tell({ end: true })
  }
  return { run, pass }
}
