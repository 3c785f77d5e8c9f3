/** plimsoll packages, and SBOMs out of and into a scan. */
import { readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packagesSchema } from '../../src/report/packages/json-schema.ts'
import { archive } from '../sbom/image.ts'
import { folder, plimsoll, root, scan } from './run.ts'

const place = folder()
const web = place.put('web.tar', archive())
const put = (name: string): string => join(place.path, name)
const read = (name: string): string => readFileSync(put(name), 'utf8')

describe('plimsoll packages', () => {
  it('lists what is in an image', async () => {
    const { code, out } = await plimsoll(['packages', 'web.tar'], { from: place.path })
    expect(code).toBe(0)
    expect(out).toContain('registry.example.com/shop/web:1.4  (docker-archive web.tar)\n')
    expect(out).toMatch(/^npm {3}express {2}/m)
  })
  it('for programs, from standard input', async () => {
    const { code, out } = await plimsoll(['packages', '-', '--format', 'json', '--files'], { stdin: archive() })
    const { images, exitCode } = packagesSchema.parse(JSON.parse(out))
    expect([code, exitCode, images[0]?.target]).toEqual([0, 0, 'stdin'])
    expect(images[0]?.packages.find(({ name }) => name === 'python3-jinja2')?.files).toHaveLength(1)
  })
  it('writes each format to the file whose name says it', async () => {
    const names = ['a.cdx.json', 'a.cdx.xml', 'a.spdx.json', 'a.json', 'a.txt']
    const { code, out, err } = await plimsoll(['packages', web, ...names.flatMap((name) => ['-o', name])], {
      from: place.path,
    })
    expect([code, out]).toEqual([0, ''])
    expect(err).toContain('written: a.cdx.json')
    expect(names.map((name) => /"CycloneDX"|<bom|SPDX-2\.3|plimsoll-packages|made by/.exec(read(name))?.[0])).toEqual([
      '"CycloneDX"',
      '<bom',
      'SPDX-2.3',
      'plimsoll-packages',
      'made by',
    ])
  })
  it('takes an SBOM as well, and makes another of it', async () => {
    await plimsoll(['packages', web, '-o', put('b.cdx.json')])
    const { code, out } = await plimsoll(['packages', put('b.cdx.json'), '--format', 'spdx'])
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ spdxVersion: 'SPDX-2.3', name: 'registry.example.com/shop/web:1.4' })
  })
  it('gives several images ids of their own', async () => {
    const { out } = await plimsoll(['packages', web, web, '--format', 'json'])
    expect(packagesSchema.parse(JSON.parse(out)).images.map(({ id }) => id)).toEqual(['web', 'web-2'])
  })
  it('ends with 3 where something was lost, whatever the format', async () => {
    const short = place.put('short.tar', archive().subarray(0, -3000))
    for (const format of ['text', 'json', 'cyclonedx', 'spdx']) {
      const { code, out, err } = await plimsoll(['packages', short, '--format', format])
      expect([format, code]).toEqual([format, 3])
      expect(out + err).toMatch(/truncated|ends|cut|missing/i)
    }
    expect((await plimsoll(['packages', place.put('x.cdx.json', '{"bomFormat":"CycloneDX",')])).code).toBe(3)
  })
  it('with --quiet says nothing', async () => {
    expect(await plimsoll(['packages', web, '--quiet'])).toEqual({ code: 0, out: '', err: '' })
  })
  it.each([
    [['packages'], 'Of which image?'],
    [['packages', './none.tar'], 'There is no file or folder'],
    [['packages', 'debian:12'], 'docker save debian:12 | plimsoll packages -'],
    [['packages', 'compose.yaml'], 'plimsoll scan compose.yaml'],
    [['packages', '.'], 'neither an OCI layout nor a root file system'],
    [['packages', 'rootfs:compose.yaml'], 'reads an image'],
    [['packages', 'web.tar', '--format', 'cyclondx'], 'did you mean "cyclonedx"'],
    [['packages', 'web.tar', '-o', 'cyclonedx=web.tar'], 'would overwrite'],
    [['packages', 'web.tar', '--platform', 'linux'], '--platform is OS/ARCH'],
    [['packages', '-', '-'], 'once only'],
    [['packages', 'web.tar', '--policy', 'strict'], 'no option --policy'],
  ])('%j is wrong usage', async (words, says) => {
    place.put('compose.yaml', 'services: {}\n')
    const { code, err } = await plimsoll(words, { from: place.path, stdin: archive() })
    expect([code, err]).toEqual([2, expect.stringContaining(says)])
  })
})

describe('SBOMs of a scan', () => {
  it('hold the packages of the image, and the exit code is the verdict', async () => {
    const { code, out } = await plimsoll([
      'scan',
      web,
      '--format',
      'cyclonedx',
      '--policy',
      'strict',
      '--fail-on',
      'info',
    ])
    expect(code).toBe(1)
    expect(JSON.parse(out)).toEqual(JSON.parse((await plimsoll(['packages', web, '--format', 'cyclonedx'])).out))
  })
  it('stand beside other reports', async () => {
    const { out } = await plimsoll([
      'scan',
      web,
      '--fail-on',
      'never',
      '-o',
      put('c.spdx.json'),
      '-o',
      put('c.cdx.xml'),
    ])
    expect(out).toContain('Summary')
    expect([read('c.spdx.json').includes('express'), read('c.cdx.xml').includes('express')]).toEqual([true, true])
  })
  it('need an image', async () => {
    const compose = place.put('one/compose.yaml', 'services:\n  web:\n    image: web\n')
    const { code, err } = await plimsoll(['scan', compose, '--format', 'spdx'])
    expect([code, err]).toEqual([2, expect.stringContaining('no image was scanned')])
  })
})

describe('SBOMs into a scan', () => {
  it.each(['cdx.json', 'cdx.xml', 'spdx.json'])(
    '%s: the findings about packages are those of the image',
    async (ending) => {
      const file = put(`round.${ending}`)
      await plimsoll(['packages', web, '-o', file])
      const about = async (target: string) =>
        (await scan([target, '--policy', 'strict'])).findings
          .filter(({ rule, outcome }) => rule.startsWith('package-') && outcome === 'fail')
          .map(({ rule, message, subjects }) => [rule, message, subjects])
      const [image, sbom] = [await about(web), await about(file)]
      expect(image).toContainEqual(['package-unneeded', expect.stringContaining('tcpdump'), ['web']])
      expect(sbom).toEqual(image)
    },
  )
  it('name the line of the SBOM, and leave open what it does not tell', async () => {
    const file = put('round.cdx.json')
    const { findings, targets } = await scan([file, '--policy', 'strict'])
    const found = findings.find(({ rule }) => rule === 'package-unneeded')
    const lines = readFileSync(file, 'utf8').split('\n')
    expect(lines.slice(found?.place.line, (found?.place.line ?? 0) + 2).join('')).toContain('tcpdump')
    expect(targets).toMatchObject([{ kind: 'sbom' }])
    expect(findings.some(({ rule, outcome }) => rule === 'setuid-file' && outcome === 'fail')).toBe(false)
    expect(findings.some(({ outcome }) => outcome === 'open')).toBe(true)
  })
  it('may be what a container runs, by its name or by --image', async () => {
    const compose = place.put('two/compose.yaml', 'services:\n  shop:\n    image: registry.example.com/shop/web:1.4\n')
    for (const words of [
      [compose, put('round.cdx.json')],
      [compose, '--image', `shop=${put('round.spdx.json')}`],
    ]) {
      const { subjects } = await scan(words)
      expect(subjects).toMatchObject([{ id: 'shop', image: 'web' }])
    }
  })
  it('that stand in a folder are not taken for images that run', async () => {
    place.put('three/sbom.cdx.json', readFileSync(put('round.cdx.json'), 'utf8'))
    place.put('three/compose.yaml', 'services:\n  web:\n    image: web\n')
    expect((await scan([put('three')])).summary).toMatchObject({ images: 0 })
  })
})

it('loads no rules, dialects or policies, and no library that reads them', () => {
  const src = join(root, 'src')
  const chains = new Map<string, string>()
  const libraries = new Set<string>()
  const visit = (file: string, chain: string): void => {
    if (chains.has(file)) return
    chains.set(file, chain)
    for (const [, type, from = ''] of readFileSync(join(src, file), 'utf8').matchAll(
      /^(?:import|export)\s+(type\s)?[^'"]*?from\s+['"]([^'"]+)['"]/gms,
    )) {
      if (type !== undefined) continue
      const next = relative(src, resolve(src, file, '..', from))
      if (from.startsWith('.')) visit(next, `${chain} -> ${next}`)
      else libraries.add(from)
    }
  }
  visit('cli/packages.ts', 'cli/packages.ts')
  visit('cli/main.ts', 'cli/main.ts')
  const wrong = [...chains].filter(
    ([file]) =>
      /^(?:rule|dialect|join|confine)\//.test(file) || (file.startsWith('policy/') && file !== 'policy/nearest.ts'),
  )
  expect(wrong.map(([, chain]) => chain)).toEqual([])
  expect(
    [...libraries].filter((name) => /^(?:zod|@marcbachmann|re2js|@cyclonedx|node-sarif|semver|dockerfile)/.test(name)),
  ).toEqual([])
})
