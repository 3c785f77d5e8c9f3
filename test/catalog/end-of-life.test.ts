import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { familyOf } from '../../src/catalog/distribution.ts'
import { supportOf } from '../../src/catalog/end-of-life/lifecycle.ts'
import { lifecycles } from '../../src/catalog/end-of-life/table.ts'

const DAY = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/

describe('the table of ends', () => {
  test('has the distributions that images are made of', () => {
    const ids = lifecycles.flatMap((one) => one.ids)
    expect(ids).toEqual(
      expect.arrayContaining(
        'debian ubuntu alpine rhel centos centos-stream rocky almalinux fedora amzn ol sles opensuse-leap photon azurelinux mariner wolfi chainguard'.split(
          ' ',
        ),
      ),
    )
    expect(new Set(ids).size).toBe(ids.length)
  })
  test.each(lifecycles.map((one) => [one.ids.join(', '), one] as const))('%s is well-formed', (_, one) => {
    expect(one.source).toMatch(/^https?:\/\//)
    expect(one.asOf).toMatch(DAY)
    expect(one.releases.length > 0).toBe(one.rolling !== true)
    expect(new Set(one.releases.map(([version]) => version)).size).toBe(one.releases.length)
    for (const [version, ends, extended] of one.releases) {
      expect(version).toMatch(/^\d[\w.]*$/)
      if (ends !== '') expect(ends).toMatch(DAY)
      if (extended !== undefined) {
        expect(extended).toMatch(DAY)
        expect(extended > ends).toBe(true)
      }
    }
  })
  test('later releases of what has yearly ones end later', () => {
    for (const id of ['alpine', 'debian', 'fedora']) {
      const ends = lifecycles.find(({ ids }) => ids.includes(id))?.releases.map(([, day]) => day) ?? []
      expect(ends.length).toBeGreaterThan(10)
      expect(ends.toSorted().toReversed()).toEqual(ends)
    }
  })
})

describe('until when a release is mended', () => {
  test.each([
    ['debian', '11', 'Debian GNU/Linux 11 (bullseye)', '2026-08-31'],
    ['debian', '', 'Debian GNU/Linux trixie/sid', ''],
    ['ubuntu', '20.04', 'Ubuntu 20.04.6 LTS', '2025-05-31'],
    ['alpine', '3.18.4', 'Alpine Linux v3.18', '2025-05-09'],
    ['alpine', '3.22_alpha20250108', 'Alpine Linux edge', ''],
    ['rhel', '8.9', 'Red Hat Enterprise Linux 8.9 (Ootpa)', '2029-05-31'],
    ['centos', '7', 'CentOS Linux 7 (Core)', '2024-06-30'],
    ['centos', '8', 'CentOS Linux 8', '2021-12-31'],
    ['centos', '8', 'CentOS Stream 8', '2024-05-31'],
    ['amzn', '2', 'Amazon Linux 2', '2026-06-30'],
    ['amzn', '2023', 'Amazon Linux 2023', '2029-06-30'],
    ['sles', '15', 'SUSE Linux Enterprise Server 15', '2019-12-31'],
    ['sles', '15.5', 'SUSE Linux Enterprise Server 15 SP5', '2024-12-31'],
    ['mariner', '2.0', 'CBL-Mariner/Linux', '2025-07-31'],
    ['wolfi', '20230201', 'Wolfi', ''],
    ['ubuntu', '2', 'no such release', ''],
    ['mine', '1', 'Mine', ''],
  ])('%s %s (%s): %j', (id, version, name, ends) => {
    expect(supportOf({ id, version, name }).ends).toBe(ends)
  })
  test('what is paid for comes later', () => {
    expect(supportOf({ id: 'ubuntu', version: '20.04', name: '' }).extended).toMatch(/^203\d/)
    expect(supportOf({ id: 'rhel', version: '7.9', name: '' })).toMatchObject({
      ends: '2024-06-30',
      extended: '2029-05-31',
    })
  })
  test('our table goes before SUPPORT_END, which an old image keeps', () => {
    const amazon = { id: 'amzn', version: '2023', name: 'Amazon Linux 2023', supportEnds: '2028-03-15' }
    expect(supportOf(amazon).ends).toBe('2029-06-30')
    expect(supportOf({ id: 'mine', version: '1', name: '', supportEnds: '2030-01-01' })).toMatchObject({
      ends: '2030-01-01',
      because: 'SUPPORT_END of its os-release',
    })
  })
})

test.each([
  [{ id: 'ubuntu' }, 'debian'],
  [{ id: 'new', like: ['ubuntu', 'debian'] }, 'debian'],
  [{ id: 'rocky', like: ['rhel', 'centos', 'fedora'] }, 'redhat'],
  [{ id: 'amzn', like: ['fedora'] }, 'redhat'],
  [{ id: 'opensuse-leap', like: ['suse', 'opensuse'] }, 'suse'],
  [{ id: 'wolfi' }, 'wolfi'],
  [{ id: 'photon' }, 'photon'],
  [{ id: 'new', like: ['other'] }, 'new'],
])('%j is of the family %s', (distribution, family) => {
  expect(familyOf(distribution)).toBe(family)
})

test('the script that writes the table is where the documentation says', () => {
  expect(existsSync('scripts/end-of-life.ts')).toBe(true)
})
