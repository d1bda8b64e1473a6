// The folder that was chosen or dropped: a Map of path within the package to File.

/** Where the package begins: the folder chosen, or the one folder in it that is a package. */
function within(found) {
  const paths = [...found.keys()]
  const tops = paths.filter((path) => /^([^/]+\/){0,2}bagit\.txt$/.test(path)).map((path) => path.slice(0, -'bagit.txt'.length))
  tops.sort((a, b) => a.length - b.length)
  const top = tops[0] ?? paths[0]?.slice(0, paths[0].indexOf('/') + 1) ?? ''
  const files = new Map()
  for (const [path, file] of found) {
    if (path.startsWith(top)) files.set(path.slice(top.length), file)
  }
  return { name: top.split('/').at(-2) ?? '', files }
}

export function fromInput(list) {
  return within(new Map([...list].map((file) => [file.webkitRelativePath || file.name, file])))
}

const entriesOf = (reader) => new Promise((resolve, reject) => reader.readEntries(resolve, reject))
const fileOf = (entry) => new Promise((resolve, reject) => entry.file(resolve, reject))

async function walk(entry, found) {
  if (entry.isFile) {
    found.set(entry.fullPath.slice(1), await fileOf(entry))
    return
  }
  const reader = entry.createReader()
  for (let some = await entriesOf(reader); some.length > 0; some = await entriesOf(reader)) {
    for (const inner of some) await walk(inner, found)
  }
}

export async function fromDrop(transfer) {
  // Entries are there only until the event is over: all are taken before the first wait.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean)
  const found = new Map()
  for (const entry of entries) await walk(entry, found)
  return within(found)
}
