// The folder that was chosen or dropped: the packages in it, of each its name and a Map of path within the package to File.

/** Where packages begin: the folder chosen, or folders in it; what lies within one of them is a part of it. Where none does, the folder is looked at as one. */
function within(found) {
  const paths = [...found.keys()]
  const tops = paths.filter((path) => /^([^/]+\/){0,2}bagit\.txt$/.test(path)).map((path) => path.slice(0, -'bagit.txt'.length)).sort()
  const packages = tops.filter((top) => !tops.some((other) => other !== top && top.startsWith(other)))
  if (packages.length === 0) packages.push(paths[0]?.slice(0, paths[0].indexOf('/') + 1) ?? '')
  return packages.map((top) => {
    const files = new Map()
    for (const [path, file] of found) {
      if (path.startsWith(top)) files.set(path.slice(top.length), file)
    }
    return { name: top.split('/').at(-2) ?? '', files }
  })
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

async function walkHandle(handle, path, found) {
  if (handle.kind === 'file') {
    found.set(path, await handle.getFile())
    return
  }
  for await (const inner of handle.values()) await walkHandle(inner, `${path}/${inner.name}`, found)
}

/** Rejects where the browser doesn't hand the folder on. */
export async function fromDrop(transfer) {
  // Both are there only until the event is over: all are taken before the first wait. Chromium gives no entry's files to a page from
  // file:// (EncodingError), but handles; Firefox has no handles.
  const items = [...transfer.items].filter(({ kind }) => kind === 'file')
  const handles = items.map((item) => item.getAsFileSystemHandle?.()).filter(Boolean)
  const entries = items.map((item) => item.webkitGetAsEntry?.()).filter(Boolean)
  const found = new Map()
  if (handles.length > 0) for (const handle of await Promise.all(handles)) await walkHandle(handle, handle.name, found)
  else for (const entry of entries) await walk(entry, found)
  if (found.size === 0) throw new Error('nothing was handed on')
  return within(found)
}
