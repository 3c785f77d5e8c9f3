/** Same input, same bytes: for all formats, and whatever order the file system names files in. */
import { cpSync, mkdirSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { demoImage } from '../../scripts/demo-image.ts'
import { folder, node, plimsoll, root, scan, start } from './run.ts'

/** The order in which the file system names what is in a folder. */
const order = vi.hoisted(() => ({ turned: false }))
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>()
  const readdir = (async (...words: Parameters<typeof real.readdir>) => {
    const names = await real.readdir(...words)
    return order.turned ? [...names].reverse() : names
  }) as typeof real.readdir
  return { ...real, readdir, default: { ...real, readdir } }
})

const demo = [
  'demo/compose.yaml',
  'demo/k8s',
  'demo/inspect.json',
  'demo/oci/config.json',
  'demo/web.tar',
  '--engine',
  'demo/daemon.json',
]
const here = folder()

describe('two runs give the same bytes', () => {
  for (const format of ['text', 'json', 'markdown', 'sarif'])
    it(format, async () => {
      const words = ['scan', ...demo, '--format', format]
      const once = await plimsoll(words)
      expect(once.out.length).toBeGreaterThan(1000)
      expect((await plimsoll(words, { today: '2027-02-03' })).out).toBe(once.out)
    })
  it('facts', async () => {
    const words = ['facts', ...demo, '--format', 'json']
    expect((await plimsoll(words)).out).toBe((await plimsoll(words)).out)
  })
  it('a process of its own gives what this one gives', async () => {
    const words = ['scan', ...demo, '--format', 'sarif']
    expect(start(node, ['src/cli.ts', ...words]).out).toBe((await plimsoll(words)).out)
  })
  it('the order in which a file system names files does not show', async () => {
    const path = join(here.path, 'many')
    mkdirSync(path)
    cpSync(join(root, 'demo'), path, { recursive: true })
    for (const name of ['z.yaml', 'a.yaml', 'm/é.yaml', 'm/B.yaml', 'm/a.yaml']) {
      mkdirSync(join(path, 'm'), { recursive: true })
      cpSync(join(root, 'demo/compose.yaml'), join(path, name))
    }
    const one = await scan([path])
    order.turned = true
    try {
      expect(readdirSync(path).length).toBeGreaterThan(5)
      expect(await scan([path])).toEqual(one)
    } finally {
      order.turned = false
    }
    expect(one.subjects.length).toBeGreaterThan(20)
  })
})

describe('the demo', () => {
  it('demo/web.tar is what scripts/demo-image.ts writes', () => {
    expect(
      readFileSync(join(root, 'demo/web.tar')).equals(demoImage()),
      'run: npm exec -- node scripts/demo-image.ts',
    ).toBe(true)
  })
  it('ends 0 and says which exit code a pipeline would have seen', () => {
    const ran = start(node, ['scripts/demo.ts'])
    expect(ran.code).toBe(0)
    expect(ran.out).toContain('exit code 1')
    expect(ran.out).toMatch(/A pipeline would have seen exit code 1 .*\n$/)
  })
})
