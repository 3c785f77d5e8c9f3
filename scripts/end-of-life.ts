/**
 * Writes src/catalog/end-of-life/table.ts anew from a checkout of github.com/endoflife-date/endoflife.date:
 *
 *     node scripts/end-of-life.ts CHECKOUT
 *
 * CHECKOUT is a working tree or a bare repository. Of its pages the facts are taken (release, last day of support, where the
 * distribution says so); distributions that it does not have are in OURS below, each with where its dates are from.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { format } from 'prettier'
import { parse } from 'yaml'
import { z } from 'zod'
import type { Lifecycle, Release } from '../src/catalog/end-of-life/lifecycle.ts'

interface Page {
  /** IDs of os-release(5). */
  readonly ids: readonly string[]
  /** Page of endoflife.date. */
  readonly page: string
  /** Which date is the last day on which everybody gets security updates: Debian's LTS is for all, elsewhere what comes later is paid for. */
  readonly ends?: 'eoes'
}
const PAGES: readonly Page[] = [
  { ids: ['almalinux'], page: 'almalinux' },
  { ids: ['alpine'], page: 'alpine-linux' },
  { ids: ['amzn'], page: 'amazon-linux' },
  { ids: ['centos'], page: 'centos' },
  { ids: ['centos-stream'], page: 'centos-stream' },
  { ids: ['debian'], page: 'debian', ends: 'eoes' },
  { ids: ['eurolinux'], page: 'eurolinux' },
  { ids: ['fedora'], page: 'fedora' },
  { ids: ['linuxmint'], page: 'linuxmint' },
  { ids: ['mageia'], page: 'mageia' },
  { ids: ['nixos'], page: 'nixos' },
  { ids: ['opensuse-leap', 'opensuse'], page: 'opensuse' },
  { ids: ['openwrt'], page: 'openwrt' },
  { ids: ['ol'], page: 'oracle-linux' },
  { ids: ['photon'], page: 'vmware-photon' },
  { ids: ['rhel'], page: 'rhel' },
  { ids: ['rocky'], page: 'rocky-linux' },
  { ids: ['slackware'], page: 'slackware' },
  { ids: ['sles', 'sled', 'sles_sap'], page: 'sles' },
  { ids: ['ubuntu'], page: 'ubuntu' },
]

/** What endoflife.date does not have. */
const OURS: readonly Lifecycle[] = [
  {
    ids: ['mariner', 'azurelinux'],
    source: 'https://github.com/microsoft/azurelinux/issues/13555 and https://github.com/Azure/azure-cli/pull/31533',
    asOf: '2026-11-21',
    releases: [
      ['4.0', ''],
      ['3.0', ''],
      ['2.0', '2025-07-31'],
      ['1.0', '2023-07-31'],
    ],
  },
  rolling(['arch', 'archarm'], 'https://wiki.archlinux.org/title/Arch_Linux'),
  rolling(['chainguard', 'wolfi'], 'https://edu.chainguard.dev/open-source/wolfi/overview/'),
  rolling(['gentoo'], 'https://wiki.gentoo.org/wiki/FAQ'),
  rolling(['kali'], 'https://www.kali.org/docs/general-use/kali-branches/'),
  rolling(['manjaro'], 'https://wiki.manjaro.org/index.php/About_Manjaro'),
  rolling(['opensuse-tumbleweed'], 'https://en.opensuse.org/Portal:Tumbleweed'),
  rolling(['void'], 'https://docs.voidlinux.org/about/index.html'),
]
function rolling(ids: readonly string[], source: string): Lifecycle {
  return { ids, source, asOf: '2026-11-21', rolling: true, releases: [] }
}

const FrontMatter = z.object({
  releasePolicyLink: z.string(),
  releases: z.array(
    z.object({
      releaseCycle: z.string(),
      eol: z.union([z.string(), z.boolean()]),
      eoes: z.union([z.string(), z.boolean()]).optional(),
    }),
  ),
})

const [checkout] = process.argv.slice(2)
if (checkout === undefined) {
  console.error('usage: node scripts/end-of-life.ts CHECKOUT   (of github.com/endoflife-date/endoflife.date)')
  process.exit(2)
}
const directory = existsSync(join(checkout, '.git')) ? join(checkout, '.git') : checkout
const git = (...args: string[]): string =>
  execFileSync('git', [`--git-dir=${directory}`, ...args], { encoding: 'utf8' })
const asOf = git('log', '-1', '--format=%cs').trim()

const lifecycles: Lifecycle[] = PAGES.map(({ ids, page, ends }) => {
  const [, matter = ''] = git('show', `HEAD:products/${page}.md`).split(/^---$/m)
  // Dates stay texts.
  const read = FrontMatter.parse(parse(matter, { schema: 'failsafe' }))
  const releases = read.releases.flatMap((release): Release[] => {
    // Versions of os-release begin with a number.
    if (!/^\d/.test(release.releaseCycle)) return []
    const last = dateOf((ends === 'eoes' ? release.eoes : undefined) ?? release.eol) || dateOf(release.eol)
    const extended = dateOf(release.eoes ?? false)
    return [extended > last && last !== '' ? [release.releaseCycle, last, extended] : [release.releaseCycle, last]]
  })
  return { ids, source: read.releasePolicyLink, asOf, releases }
})

/** Empty where no day is known. */
function dateOf(value: string | boolean): string {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) ? value : ''
}

const target = new URL('../src/catalog/end-of-life/table.ts', import.meta.url)
const all = [...lifecycles, ...OURS].toSorted((a, b) => ((a.ids[0] ?? '') < (b.ids[0] ?? '') ? -1 : 1))
const text = `/** Written by scripts/end-of-life.ts; facts from endoflife.date (MIT) and the pages that are named. */
import type { Lifecycle } from './lifecycle.ts'

export const lifecycles: readonly Lifecycle[] = ${JSON.stringify(all)}
`
writeFileSync(target, await format(text, { parser: 'typescript', semi: false, singleQuote: true, printWidth: 120 }))
console.log(
  `${all.length} distributions, ${all.reduce((sum, { releases }) => sum + releases.length, 0)} releases, as of ${asOf}`,
)
