// One script for all workers; the first message says which one this is.
import * as hasher from './hasher.js'
import * as judge from './judge.js'

let self_ = null
const tell = (message) => postMessage(message)
const fail = (error) => postMessage({ fault: String(error?.message ?? error) })

async function act({ data }) {
  if (data.role === 'first' || data.role === 'second') {
    self_ = await hasher[data.role](data, tell)
    tell({ ready: true })
  } else if (data.role === 'judge') {
    self_ = await judge.start(data, tell)
  } else if (data.run) {
    await self_.run(data.run)
  } else if (data.drain) {
    tell({ drained: true })
  } else if (data.digests) {
    for (const one of data.digests) self_.digest(one)
  } else if (data.finish) {
    tell({ result: await self_.finish() })
  } else if (data.item) {
    tell({ account: self_.item(data.item) })
  } else if (data.notice) {
    tell(self_.notice(data.notice))
  }
}

// One after the other, whatever each waits for. After a fault nothing is done, and each message is answered with it: a judge that missed a
// digest would say of the package what is true of this device.
let before = Promise.resolve()
onmessage = (event) => {
  before = before.then(() => act(event))
  before.catch(fail)
}
