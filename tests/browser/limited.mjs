// verify.wasm on a device that is short of memory: the same module, whose memory ends after so many pages of 64 KiB.

const PAGE_LIMIT = 65536

function number(bytes, at) {
  let value = 0, shift = 0
  for (;;) {
    const byte = bytes[at++]
    value += (byte & 127) * 2 ** shift
    shift += 7
    if (byte < 128) return { value, at }
  }
}

function encoded(value) {
  const bytes = []
  do {
    bytes.push((value & 127) | (value > 127 ? 128 : 0))
    value >>>= 7
  } while (value > 0)
  return bytes
}

/** `bytes` of a module; {first, limit(pages)}: how many pages it begins with, and its bytes with a memory of at most so many. */
export function memoryOf(bytes) {
  for (let at = 8; at < bytes.length;) {
    const id = bytes[at], { value: length, at: from } = number(bytes, at + 1)
    if (id === 5) { // one memory, of which nothing is said but how long it is at first
      const { value: first } = number(bytes, from + 2)
      if (bytes[from] !== 1 || bytes[from + 1] !== 0) throw new Error('another kind of memory')
      const limit = (pages) => {
        const section = [1, 1, ...encoded(first), ...encoded(Math.min(pages, PAGE_LIMIT))]
        return Uint8Array.from([...bytes.subarray(0, at), 5, ...encoded(section.length), ...section, ...bytes.subarray(from + length)])
      }
      return { first, limit }
    }
    at = from + length
  }
  throw new Error('no memory')
}
