/**
 * A real Debian image against what dpkg, pip, npm, find, getcap and the kernel's own overlay file system say is in it,
 * in five forms. Three layers: the last one purges, removes, upgrades, overwrites and hides what the two below brought.
 */
import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { imageContent, type ImageContent } from '../../src/catalog/facts.ts'
import { packagesOf as joined } from '../../src/catalog/packages.ts'
import { catalogers } from '../../src/catalog/index.ts'
import { openImage, type OpenedImage } from '../../src/image/open.ts'
import { openImages } from '../../src/images.ts'
import type { Fact } from '../../src/model/fact.ts'
import type { Cataloger, Entry } from '../../src/model/tree.ts'
import { recognisePath } from '../../src/source/recognise.ts'
import {
  build,
  capabilityTruth,
  dpkgTruth,
  findTruth,
  forms,
  npmMissing,
  npmTruth,
  NPM_FOLDERS,
  PIP_FOLDERS,
  pipTruth,
  sha256Truth,
  textTruth,
  whyNot,
  type Form,
} from './build.ts'

const reason = whyNot()
if (reason !== undefined) console.log(`test/real/image.test.ts is skipped: ${reason}`)

/** The value of a fact, and of the facts in it; a fact that is not known has no place here. */
function value<T>(fact: Fact<T>): T {
  if (fact.how === 'unknown') throw new Error(`unknown: ${fact.because}`)
  return fact.value
}
const sorted = (list: Iterable<string>): string[] => [...list].sort()

async function openForm(form: Form): Promise<OpenedImage> {
  const { value: images, notices } = await openImage({ kind: form.kind, name: form.path, path: form.path }, catalogers)
  expect(notices).toEqual([])
  const [image, ...others] = images
  expect(others).toEqual([])
  if (!image) throw new Error('no image')
  return image
}

describe.skipIf(reason !== undefined)('a real Debian image', () => {
  let image: OpenedImage
  let content: ImageContent
  beforeAll(async () => {
    await build()
    const [first] = forms
    if (!first) throw new Error('no form')
    image = await openForm(first)
    content = imageContent({
      id: 'real',
      layers: image.layers,
      catalogued: image.catalogued,
      packages: joined(image.catalogued),
    })
  }, 900_000)

  /** Packages, once for each place where they are. */
  const packages = (type: string) =>
    joined(image.catalogued)
      .installed.filter((one) => one.type === type)
      .flatMap(({ locations, ...one }) => locations.map(({ path, layer }) => ({ ...one, path, layer })))

  it('is read without a notice, in three layers', () => {
    expect(image.catalogued.notices).toEqual([])
    expect(image.layers.map(({ instruction }) => instruction)).toEqual([
      'RUN debootstrap',
      'RUN pip install, npm install, useradd',
      'RUN dpkg --purge, pip uninstall, rm',
    ])
    expect(image.names).toContain('example.org/team/real:1')
  })

  it('has the packages that dpkg-query has', () => {
    const truth = dpkgTruth()
    expect(truth.length).toBeGreaterThan(100)
    // The image was made so that these states are in it.
    expect(truth.find(({ name }) => name === 'nano')?.state).toBe('config-files')
    expect(truth.some(({ name }) => name === 'ed')).toBe(false)
    const line = (one: { name: string; version: string; architecture: string; source: string }) =>
      [one.name, one.version, one.architecture, one.source || one.name].join(' ')
    expect(sorted(packages('deb').map(line))).toEqual(
      sorted(truth.filter(({ state }) => state === 'installed').map(line)),
    )
  })

  it('has the packages that pip lists, in each directory', () => {
    const found = packages('pypi')
    for (const directory of PIP_FOLDERS) {
      const truth = pipTruth(directory)
      expect(truth.length).toBeGreaterThan(0)
      const here = found.filter(({ path }) => path.startsWith(`${directory}/`))
      expect(sorted(here.map(({ name, version }) => `${name} ${version}`)), directory).toEqual(sorted(truth))
    }
    // Packages elsewhere would be none that pip knows.
    expect(found.filter(({ path }) => !PIP_FOLDERS.some((directory) => path.startsWith(`${directory}/`)))).toEqual([])
  })

  it('shows the upgraded version of a pip package with the layer that brought it, and the removed one not', () => {
    const found = packages('pypi').filter(({ path }) => path.startsWith('usr/local/'))
    expect(found.filter(({ name }) => name === 'six')).toMatchObject([{ version: '1.16.0', layer: 2 }])
    expect(found.filter(({ name }) => name === 'requests')).toMatchObject([{ layer: 1 }])
    expect(found.filter(({ name }) => name === 'toml' || name === 'itsdangerous')).toEqual([])
    const past = joined(image.catalogued).removed.filter(({ name }) => name === 'six')
    expect(past).toMatchObject([{ version: '1.15.0', removedIn: 2, locations: [{ layer: 1 }] }])
  })

  it('has the packages that npm ls lists', () => {
    const found = packages('npm')
    const truth = NPM_FOLDERS.flatMap((directory) => npmTruth(directory))
    expect(truth.length).toBeGreaterThan(60)
    expect(npmMissing()).toEqual(['lodash'])
    expect(
      sorted(found.map(({ path, name, version }) => `${path.replace(/\/package\.json$/, '')} ${name} ${version}`)),
    ).toEqual(sorted(truth))
  })

  it('has the accounts of /etc/passwd, with the passwords of /etc/shadow', () => {
    const fields = (name: string) =>
      textTruth(name)
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => line.split(':'))
    const shadow = new Map(fields('shadow').map(([name, password = '']) => [name, password]))
    const password = (name: string) => {
      const text = shadow.get(name)
      if (text === undefined) return 'shadowed'
      return text === '' ? 'empty' : /^[!*]/.test(text) ? 'locked' : 'hashed'
    }
    const truth = fields('passwd').map(([name = '', , uid, gid, , home = '', shell = '']) =>
      [name, uid, gid, home, shell, password(name)].join(':'),
    )
    expect(
      value(content.accounts).map(({ facts }) =>
        [
          value(facts.name),
          value(facts.uid),
          value(facts.gid),
          value(facts.home),
          value(facts.shell),
          value(facts.password),
        ].join(':'),
      ),
    ).toEqual(truth)
    expect(truth).toContain('app:1234:1000:/home/app:/bin/sh:empty')
    expect(value(content.groups).map(({ facts }) => `${value(facts.name)}:${value(facts.gid)}`)).toEqual(
      fields('group').map(([name, , gid]) => `${name}:${gid}`),
    )
  })

  it('has the distribution of os-release', () => {
    const text = (key: string) => new RegExp(`^${key}="?([^"\n]*)"?$`, 'm').exec(textTruth('os-release'))?.[1]
    const { id, version, name } = content.distribution
    expect([value(id), value(version), value(name)]).toEqual([text('ID'), text('VERSION_ID'), text('PRETTY_NAME')])
  })

  it('has the setuid and setgid files that find has', () => {
    const truth = findTruth().filter(({ type, mode }) => type === 'f' && (mode & 0o6000) !== 0)
    expect(truth.map(({ path }) => path)).toContain('opt/suid-second-name')
    expect(
      value(content.setuid).map(({ facts }) =>
        [value(facts.path), value(facts.mode), value(facts.uid), value(facts.gid)].join(' '),
      ),
    ).toEqual(sorted(truth.map(({ path, mode, uid, gid }) => [path, mode.toString(8), uid, gid].join(' '))))
  })

  it('has the file capabilities that getcap has', () => {
    const truth = capabilityTruth()
    expect(truth.map(({ path }) => path)).toContain('opt/raw')
    const line = (path: string, permitted: readonly string[], effective: boolean) =>
      `${path} ${sorted(permitted).join()} ${effective}`
    expect(
      value(content.fileCapabilities).map(({ facts }) =>
        line(value(facts.path), value(facts.permitted).map(value), value(facts.effective)),
      ),
    ).toEqual(sorted(truth.map(({ path, permitted, effective }) => line(path, permitted, effective))))
  })

  it('has the world-writable files and folders that find has', () => {
    const truth = findTruth().filter(
      ({ path, type, mode }) =>
        (type === 'f' || type === 'd') && (mode & 0o002) !== 0 && !/^(proc|sys|dev)\b/.test(path),
    )
    expect(truth.map(({ path }) => path)).toContain('opt/shared/ww-folder')
    expect(
      value(content.worldWritable).map(
        ({ facts }) => `${value(facts.path)} ${value(facts.kind)} ${value(facts.sticky)}`,
      ),
    ).toEqual(
      sorted(
        truth.map(({ path, type, mode }) => `${path} ${type === 'd' ? 'directory' : 'file'} ${(mode & 0o1000) !== 0}`),
      ),
    )
  })

  it('has the sudoers rules that were written', () => {
    const rules = value(content.sudoers).map(({ facts }) => [
      value(facts.path),
      value(facts.who),
      value(facts.commands),
      value(facts.passwordless),
    ])
    expect(rules).toContainEqual(['etc/sudoers.d/app', 'app', '/usr/bin/id', true])
    expect(rules).toContainEqual(['etc/sudoers.d/app', '%sudo', 'ALL', false])
  })

  describe.each(forms)('$name', (form) => {
    it('is recognised', async () => {
      expect(await recognisePath(form.path)).toEqual({ kind: form.kind })
    })

    it('merges to the tree that the kernel mounts, byte for byte', async () => {
      const opened = await openImage({ kind: form.kind, name: form.path, path: form.path }, everything)
      expect(opened.notices).toEqual([])
      expect(opened.value[0]?.catalogued.notices).toEqual([])
      const entries = new Map<string, Entry>()
      const digests = new Map<string, { readonly size: number; readonly digest: string }>()
      for (const { file, finds } of opened.value[0]?.catalogued.finds ?? []) {
        entries.set(file.path, file.entry)
        for (const { name, version } of finds.packages ?? [])
          digests.set(file.path, { digest: name, size: Number(version) })
      }
      const truth = findTruth()
      expect(sorted(entries.keys())).toEqual(sorted(truth.map(({ path }) => path)))
      const kinds: Readonly<Record<Entry['type'], string>> = {
        file: 'f',
        hardlink: 'f',
        directory: 'd',
        symlink: 'l',
        character: 'c',
        block: 'b',
        fifo: 'p',
      }
      const wrong: string[] = []
      for (const { path, type, mode, uid, gid, size, link } of truth) {
        const entry = entries.get(path)
        if (!entry) continue
        // A link's own mode means nothing.
        const want = [type, type === 'l' ? '' : mode.toString(8), uid, gid, type === 'f' ? size : '', link]
        const is = [
          kinds[entry.type],
          entry.type === 'symlink' ? '' : entry.mode.toString(8),
          entry.uid,
          entry.gid,
          kinds[entry.type] === 'f' ? (digests.get(path)?.size ?? -1) : '',
          entry.type === 'symlink' ? entry.link : '',
        ]
        if (want.join() !== is.join()) wrong.push(`${path}: ${is.join()} and not ${want.join()}`)
      }
      for (const [path, digest] of sha256Truth()) {
        const is = digests.get(path.replace(/^\.\//, ''))?.digest
        if (is !== digest) wrong.push(`${path}: ${is} and not ${digest}`)
      }
      expect(wrong).toEqual([])
    })

    it('gives the same facts', async () => {
      const first = forms[0]
      if (!first) throw new Error('no form')
      expect(await factsOf(form)).toEqual(await factsOf(first))
    })
  })
})

/** Catalogers that find every entry, and say the size and digest of every body as if it were a package. */
const everything: readonly Cataloger[] = [
  {
    name: 'entries',
    version: 1,
    body: false,
    wants: () => true,
    parse: () => ({ value: { setuid: true }, notices: [] }),
  },
  {
    name: 'bodies',
    version: 1,
    body: true,
    wants: (_path, { type }) => type === 'file' || type === 'hardlink',
    parse: ({ body }) => {
      const digest = createHash('sha256').update(body).digest('hex')
      const found = {
        type: 'deb',
        name: digest,
        version: `${body.length}`,
        architecture: '',
        source: '',
        line: 1,
      } as const
      return { value: { packages: [found] }, notices: [] }
    },
  },
]

/** The facts and notices of the one image of a form, without what names the form: digests as stored, names by digest, sizes as stored. */
async function factsOf(form: Form): Promise<unknown> {
  const { value: images, notices } = await openImages([{ kind: form.kind, name: form.path, path: form.path }])
  expect(notices).toEqual([])
  expect(images).toHaveLength(1)
  const [image] = images
  if (!image) throw new Error('no image')
  const config = image.place.file
  const text = JSON.stringify(
    { id: image.id, facts: { ...image.facts, digest: undefined, names: undefined }, notices: image.notices },
    (key, found: unknown) => {
      if (key === 'place' && typeof found === 'object' && found !== null && 'file' in found && found.file === config)
        return { ...found, file: 'CONFIG' }
      return found
    },
  )
  const facts = JSON.parse(text)
  for (const layer of facts.facts.layers.value) {
    delete layer.facts.digest
    delete layer.facts.size
  }
  return facts
}
