// One verification: the workers, what goes between them, how far it is.

import { Fault } from './wasm.js'

/** A worker that could not go on. */
class Failed extends Error {}

/** It was this device or the medium that failed, not what was read: nothing was found out then. */
export function isOfDevice(error) {
  return error instanceof Failed || error instanceof Fault || error instanceof RangeError || error instanceof WebAssembly.RuntimeError ||
    error?.name === 'NotReadableError' || error?.name === 'NotFoundError'
}

export class Run {
  /** `parts`: {module, workerURL}; `progress({done, total, files, count, rate, left})`. */
  constructor({ module, workerURL }, files, pin, progress) {
    Object.assign(this, { module, workerURL, files, pin, progress })
    this.workers = []
    this.unreadable = []
  }

  #worker() {
    const worker = new Worker(this.workerURL)
    this.workers.push(worker)
    return worker
  }

  /** A message from `worker` that has one of `names`; faults end the run. */
  #expect(worker, ...names) {
    return new Promise((resolve, reject) => {
      worker.onerror = (event) => reject(new Failed(event.message || 'worker'))
      worker.onmessage = ({ data }) => {
        if (data.fault !== undefined) reject(new Failed(data.fault))
        else if (names.some((name) => name in data)) resolve(data)
      }
    })
  }

  async start() {
    this.judge = this.#worker()
    const wanted = this.#expect(this.judge, 'jobs')
    this.judge.postMessage({ role: 'judge', module: this.module, files: this.files, pin: this.pin })
    const { jobs } = await wanted
    await this.#hash(jobs)
    const finished = this.#expect(this.judge, 'result')
    this.judge.postMessage({ finish: true })
    const { result } = await finished
    return { ...result, unreadable: this.unreadable }
  }

  async #hash(jobs) {
    const total = jobs.reduce((sum, job) => sum + job.file.size, 0)
    if (jobs.length === 0) return
    const [first, second] = [this.#worker(), this.#worker()]
    const hashers = [first, second]
    const { port1, port2 } = new MessageChannel()
    const ready = hashers.map((worker) => this.#expect(worker, 'ready'))
    first.postMessage({ role: 'first', module: this.module, port: port1 }, [port1])
    second.postMessage({ role: 'second', module: this.module, port: port2 }, [port2])
    await Promise.all(ready)

    const state = { done: 0, total, files: 0, count: jobs.length }
    const began = performance.now()
    let shown = 0
    // Those of one task of the event loop go to the judge together: a package of small files has many.
    let waiting = []
    const flush = () => {
      if (waiting.length > 0) this.judge.postMessage({ digests: waiting })
      waiting = []
    }
    await new Promise((resolve, reject) => {
      for (const worker of hashers) {
        worker.onerror = (event) => reject(new Failed(event.message || 'worker'))
        worker.onmessage = ({ data }) => {
          if (data.fault !== undefined) return reject(new Failed(data.fault))
          if (data.digest || data.payload) {
            if (waiting.push(data) >= 256) flush()
          } else if (data.unreadable) {
            this.unreadable.push(jobs.find((job) => job.index === data.index).path)
          } else if (data.end) {
            resolve()
          } else if (data.done !== undefined) {
            state.done += data.done
            if (data.last) state.files++
            const now = performance.now()
            if (now - shown > 250 || state.files === state.count) {
              shown = now
              const rate = state.done / Math.max((now - began) / 1000, 0.001)
              this.progress({ ...state, rate, left: rate > 0 ? (total - state.done) / rate : 0, seconds: (now - began) / 1000 })
            }
          }
        }
      }
      first.postMessage({ run: jobs })
    })
    // A digest may still be on its way from the second: it said all it had before the last buffer came back, and messages to this
    // thread keep their order only for each sender. So each is asked once more.
    await Promise.all(hashers.map((worker) => this.#drained(worker, (data) => waiting.push(data))))
    flush()
    for (const worker of hashers) worker.terminate()
  }

  #drained(worker, take) {
    return new Promise((resolve, reject) => {
      worker.onerror = (event) => reject(new Failed(event.message || 'worker'))
      worker.onmessage = ({ data }) => {
        if (data.fault !== undefined) reject(new Failed(data.fault))
        else if (data.digest || data.payload) take(data)
        else if (data.drained) resolve()
      }
      worker.postMessage({ drain: true })
    })
  }

  /** What opening an item showed; the new account. */
  async item(index, intact) {
    const said = this.#expect(this.judge, 'account')
    this.judge.postMessage({ item: { index, intact } })
    return (await said).account
  }

  /** What the judge alone is told, and the new account: {told, account}; `told` null where it isn't what was signed. */
  async notice(plain) {
    const said = this.#expect(this.judge, 'told')
    this.judge.postMessage({ notice: { plain } })
    return said
  }

  stop() {
    for (const worker of this.workers) worker.terminate()
  }
}
