/** What a folder scan reads and leaves: ignore files, tracked files, and `--explain-inputs`. Oracles: git itself. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { trackedFiles } from '../../src/git-index.ts'
import { Ignored } from '../../src/ignored.ts'
import { failing, folder, HARMLESS, plimsoll, PRIVILEGED, scan } from './run.ts'

const made: string[] = []
afterAll(() => {
  for (const path of made) rmSync(path, { recursive: true, force: true })
})
const git = (path: string, ...words: readonly string[]): string =>
  execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.org', ...words], {
    cwd: path,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1' },
  })
const hasGit = spawnSync('git', ['--version']).status === 0
if (!hasGit) console.log('inputs: git is absent, its answers are not compared')

function repository(files: readonly string[], ...init: readonly string[]): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'plimsoll-git-')))
  made.push(path)
  git(path, 'init', '-q', ...init)
  for (const file of files) put(path, file, HARMLESS)
  return path
}
function put(path: string, file: string, text: string): void {
  mkdirSync(dirname(join(path, file)), { recursive: true })
  writeFileSync(join(path, file), text)
}

describe.skipIf(!hasGit)('the index of git', () => {
  const names = [
    'a.yaml',
    'a/b/c.yaml',
    'a/b.yaml',
    'deep/'.repeat(40) + 'x.yaml',
    'ä/ö.yaml',
    'z'.repeat(200),
    'with space',
  ]
  it.each([
    ['version 2', [], ['2']],
    ['version 3, with an entry that is only intended', [], ['3']],
    ['version 4', [], ['4']],
    ['SHA-256', ['--object-format=sha256'], ['2']],
    ['SHA-256, version 4', ['--object-format=sha256'], ['4']],
  ])('%s holds what git ls-files lists', (_, init, [version = '2']) => {
    const path = repository(names, ...init)
    git(path, 'add', ...names.slice(1))
    if (version === '3') git(path, 'add', '--intent-to-add', 'a.yaml')
    git(path, 'update-index', '--index-version', version)
    const listed = git(path, 'ls-files', '-z')
      .split('\0')
      .filter((name) => name !== '')
    const tracked = trackedFiles(path)
    expect(listed.length).toBeGreaterThan(5)
    expect(names.filter((name) => tracked?.has(name)).sort()).toEqual(listed.sort())
    expect(['a', 'a/b', 'deep', 'dee', 'a/b.yaml', 'zz'].map((each) => tracked?.below(each))).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ])
  })
  it('that is split, cut short or none at all is not known, or empty', () => {
    const path = repository(names)
    expect(trackedFiles(path)?.has('a.yaml')).toBe(false)
    git(path, 'add', '.')
    git(path, 'update-index', '--split-index')
    expect(trackedFiles(path)).toBeUndefined()
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from('DIRC'),
      Buffer.concat([Buffer.from('DIRC'), Buffer.alloc(60, 255)]),
    ]) {
      writeFileSync(join(path, '.git/index'), bytes)
      expect(trackedFiles(path)).toBeUndefined()
    }
  })
})

describe.skipIf(!hasGit)('.gitignore', () => {
  const part = fc.constantFrom('a', 'b', 'c.yaml', 'd.yaml', 'gen')
  const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'))
  const pattern = fc
    .tuple(
      fc.constantFrom('', '', '!', '/'),
      fc.array(fc.constantFrom('a', 'b', '*', '**', 'c.yaml', '?.yaml', 'gen'), { minLength: 1, maxLength: 3 }),
      fc.constantFrom('', '', '/'),
    )
    .map(([before, parts, after]) => `${before}${parts.join('/')}${after}`)

  it('ignores what git check-ignore does, but for what is tracked', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(path, { minLength: 2, maxLength: 8 }),
        fc.array(pattern, { minLength: 1, maxLength: 5 }),
        fc.array(pattern, { maxLength: 3 }),
        fc.nat(3),
        (paths, outer, inner, count) => {
          // A path cannot be a file and a folder.
          const files = paths.filter((one) => !paths.some((other) => other.startsWith(`${one}/`)))
          const root = repository(files)
          put(root, '.gitignore', `${outer.join('\n')}\n`)
          const folders = files.some((file) => file.startsWith('a/'))
          if (folders) put(root, 'a/.gitignore', `${inner.join('\n')}\n`)
          const tracked = files.slice(0, count)
          if (tracked.length > 0) git(root, 'add', '-f', ...tracked)
          const { stdout } = spawnSync('git', ['check-ignore', '--stdin'], {
            cwd: root,
            input: files.join('\n'),
            encoding: 'utf8',
          })
          const ignored = new Set(stdout.split('\n'))
          const walked = walkedBy(root, files)
          // Nothing is left out that git does not ignore. What git ignores is, but where a pattern further in takes one back.
          const takenBack = inner.some((one) => one.startsWith('!'))
          for (const file of files)
            if (!ignored.has(file) || !takenBack) expect([file, walked.has(file)]).toEqual([file, !ignored.has(file)])
          rmSync(root, { recursive: true, force: true })
        },
      ),
      { numRuns: 150 },
    )
  })
  /** The files that a walk comes to: every folder above is entered first. */
  function walkedBy(root: string, files: readonly string[]): ReadonlySet<string> {
    const ignoring = new Ignored(root)
    return new Set(
      files.filter((file) => {
        const parts = file.split('/')
        for (let depth = 1; depth <= parts.length; depth += 1) {
          const here = join(root, ...parts.slice(0, depth))
          const isFolder = depth < parts.length
          if (ignoring.by(here, isFolder) !== undefined) return false
          if (isFolder) ignoring.enter(here)
        }
        return true
      }),
    )
  }
})

describe.skipIf(!hasGit)('a folder scan', () => {
  it('passes over what .gitignore names, counts it, and reads it with --no-ignore', async () => {
    const path = repository(['compose.yaml'])
    put(path, '.gitignore', 'build/\n*.local.yaml\n')
    put(path, 'build/compose.yaml', PRIVILEGED)
    put(path, 'x.local.yaml', PRIVILEGED)
    const result = await scan([path])
    expect(result.ignored).toEqual({ files: 1, folders: 1 })
    expect(result.subjects).toHaveLength(1)
    const { out } = await plimsoll(['scan', path])
    expect(out).toContain('2 paths ignored (--no-ignore)')
    const all = await plimsoll(['scan', path, '--no-ignore', '-f', 'json'])
    expect(JSON.parse(all.out)).toMatchObject({ summary: { containers: 3 }, ignored: { files: 0, folders: 0 } })
  })
  it('reads what is tracked, though .gitignore names it, so that nobody hides a file from it', async () => {
    const path = repository([])
    put(path, '.gitignore', 'deploy/\n')
    put(path, 'deploy/compose.yaml', PRIVILEGED)
    put(path, 'deploy/local.yaml', PRIVILEGED)
    git(path, 'add', '-f', 'deploy/compose.yaml')
    const result = await scan([path])
    expect(failing(result)).toContain('privileged')
    expect(result.subjects.map(({ place }) => place.file)).toEqual([join(path, 'deploy/compose.yaml')])
    expect(result.ignored).toEqual({ files: 1, folders: 0 })
  })
  it('passes over what .plimsollignore names, tracked or not', async () => {
    const path = repository(['compose.yaml'])
    put(path, 'fixtures/compose.yaml', PRIVILEGED)
    put(path, '.plimsollignore', 'fixtures\n')
    git(path, 'add', '.')
    expect((await scan([path])).ignored).toEqual({ files: 0, folders: 1 })
  })
  it('obeys the ignore files above it, up to the root of the repository', async () => {
    const path = repository(['app/k8s/compose.yaml'])
    put(path, '.gitignore', '/app/k8s/gen\n')
    put(path, 'app/k8s/gen/compose.yaml', PRIVILEGED)
    expect((await scan([join(path, 'app/k8s')])).ignored).toEqual({ files: 0, folders: 1 })
  })
  it('reads what another file names, whatever is ignored', async () => {
    const path = repository([])
    put(path, '.gitignore', 'base.yaml\n')
    put(path, 'base.yaml', PRIVILEGED)
    put(path, 'compose.yaml', 'services: { web: { image: a, extends: { file: base.yaml, service: web } } }\n')
    const found = await scan([path])
    expect(failing(found)).toContain('privileged')
    expect(found.ignored).toEqual({ files: 1, folders: 0 })
  })
  it('does not obey .gitignore where it cannot know what is tracked', async () => {
    const path = repository(['compose.yaml'])
    put(path, '.gitignore', '*.yaml\n')
    writeFileSync(join(path, '.git/index'), 'no index')
    expect((await scan([path])).subjects).toHaveLength(1)
  })
})

describe('--explain-inputs', () => {
  const here = folder()
  here.put('compose.yaml', HARMLESS)
  here.put('svc.yaml', 'apiVersion: v1\nkind: Service\nmetadata: {name: a}\n')
  here.put('pipeline.yaml', 'name: build\nstages: [build]\n')
  here.put('notes.txt', 'docker run')
  here.put('README.md', '# x')
  here.put('node_modules/x/compose.yaml', PRIVILEGED)
  here.put('binary.yaml', '\0\u0001\u0002')

  it('lists every file, what it was taken for, and why another was not read', async () => {
    const { code, out } = await plimsoll(['scan', here.path, '--explain-inputs', '-f', 'json'])
    const { inputs } = JSON.parse(out) as { inputs: readonly { file: string; takenFor?: string[]; because: string }[] }
    expect(code).toBe(0)
    expect(inputs.map(({ file, takenFor }) => [file.slice(here.path.length + 1), takenFor?.join() ?? '-'])).toEqual([
      ['README.md', '-'],
      ['binary.yaml', '-'],
      ['compose.yaml', 'compose'],
      ['node_modules', '-'],
      ['notes.txt', '-'],
      ['pipeline.yaml', '-'],
      ['svc.yaml', 'kubernetes'],
    ])
    expect(inputs.every(({ because }) => because !== '')).toBe(true)
  })
  it('says it as a table, with the confidence, and judges nothing', async () => {
    const { code, out } = await plimsoll(['scan', here.path, '--explain-inputs'])
    expect(code).toBe(0)
    expect(out).toMatch(/compose\.yaml +compose +(?:certain|likely) +1 container/)
    expect(out).toMatch(/svc\.yaml +kubernetes +(?:certain|likely) +nothing that runs/)
    expect(out).toMatch(/README\.md +- +- +- +Markdown is read with --markdown/)
    expect(out).toMatch(/2 read, 5 not/)
  })
  it('says what was read for another file, and what holds the settings of an engine', async () => {
    const project = folder()
    project.put('compose.yaml', 'services: { web: { image: "a:${TAG}" } }\n')
    project.put('compose.override.yaml', 'services: { web: { privileged: true } }\n')
    project.put('.env', 'TAG=1\n')
    project.put('daemon.json', '{ "icc": false }\n')
    const { out } = await plimsoll(['scan', project.path, '--explain-inputs'])
    expect(out).toMatch(/\.env +compose +- +nothing that runs +read with \S*compose\S*yaml/)
    expect(out).toMatch(/daemon\.json +daemon +certain +engine settings/)
    expect(out).toMatch(/compose\.override\.yaml +compose/)
  })
  it('says that an override file beside a file that is named was not merged', async () => {
    const project = folder()
    const main = project.put('compose.yaml', HARMLESS)
    project.put('compose.override.yaml', 'services: { web: { privileged: true } }\n')
    const { notices } = await scan([main])
    expect(notices.map(({ id, lost }) => [id, lost])).toEqual([['compose-override-unmerged', false]])
    expect(failing(await scan([project.path]))).toContain('privileged')
    expect(failing(await scan([`compose:${main},compose.override.yaml`], { from: project.path }))).toContain(
      'privileged',
    )
  })
  it('says that a prefix decided', async () => {
    const { out } = await plimsoll(['scan', `compose:${join(here.path, 'compose.yaml')}`, '--explain-inputs'])
    expect(out).toMatch(/compose +said +1 container +the prefix compose:/)
  })
})
