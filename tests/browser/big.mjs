// A package over 4 GiB in Chromium: how fast, how much memory. Minutes and gigabytes, so it is run by hand, not by ./check.
//
// usage: node big.mjs verify.html PACKAGE-PROGRAM SCRATCH-FOLDER NODE-MODULES-FOLDER [GIB]
// The container is sparse on disk; a browser reads and hashes its zeros like other bytes.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, mkdirSync, readFileSync, readdirSync, rmSync, truncateSync, appendFileSync, copyFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const [html, program, scratch, modules] = process.argv.slice(2, 6).map((path) => resolve(path))
const gib = Number(process.argv[6] ?? 5)
const { chromium } = createRequire(join(modules, 'package.json'))('playwright-core')
const folder = join(scratch, 'big')
rmSync(folder, { recursive: true, force: true })
mkdirSync(scratch, { recursive: true })
execFileSync(program, [folder])
const first = readdirSync(join(folder, 'data/items'))[0]
const path = `data/items/${first.slice(0, -2)}ff/container.tar.age`
mkdirSync(join(folder, path, '..'))
copyFileSync(join(folder, `data/items/${first}/container.tar.age`), join(folder, path))
truncateSync(join(folder, path), gib * 2 ** 30)
for (const algorithm of ['sha256', 'sha512']) {
  const hash = createHash(algorithm)
  for await (const piece of createReadStream(join(folder, path), { highWaterMark: 1 << 22 })) hash.update(piece)
  appendFileSync(join(folder, `manifest-${algorithm}.txt`), `${hash.digest('hex')}  ${path}\n`)
}

/** Seconds of both cores that the browser's processes used, and the most memory that one of them held. */
function used(root) {
  const parents = new Map(), stat = new Map()
  for (const pid of readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name))) {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ')
      parents.set(pid, fields[1])
      stat.set(pid, [(Number(fields[11]) + Number(fields[12])) / 100, Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024])
    } catch {} // it ended meanwhile
  }
  const ours = [...stat.keys()].filter((pid) => {
    for (let at = pid; at; at = parents.get(at)) if (at === String(root)) return true
    return false
  })
  return { cpu: ours.reduce((sum, pid) => sum + stat.get(pid)[0], 0), memory: Math.max(...ours.map((pid) => stat.get(pid)[1])) }
}

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
try {
  const page = await browser.newPage()
  await page.goto(pathToFileURL(html).href)
  await page.waitForSelector('h1')
  await page.setInputFiles('#folder', folder)
  const before = used(process.pid), began = Date.now()
  await page.click('#start')
  await page.waitForSelector('#verdict', { timeout: 1200000 })
  const seconds = (Date.now() - began) / 1000, after = used(process.pid)
  const found = await page.$$eval('[aria-labelledby=findings-title] .where', (all) => all.map((one) => one.textContent))
  // It is in the lists and nobody decided that it goes: that, and no digest that differs.
  assert.ok(found.some((text) => text.includes(path) && text.includes('package.file')), found.join('\n'))
  assert.ok(!found.some((text) => text.includes(path) && text.includes('bag.altered')), found.join('\n'))
  const mib = gib * 1024, cpu = after.cpu - before.cpu
  console.log(`${mib} MiB in ${seconds.toFixed(1)} s: ${(mib / seconds).toFixed(0)} MiB/s; ${cpu.toFixed(1)} s of a core, so ${(mib / cpu * 2).toFixed(0)} MiB/s if both were free; ` +
    `at most ${after.memory.toFixed(0)} MiB in one process`)
} finally {
  await browser.close()
  rmSync(folder, { recursive: true, force: true })
}
