/** Packages for a person at a terminal: an image after the other, what is in it, which layer and which instruction brought it. */
import type { Notice } from '../../model/notice.ts'
import type { Package } from '../../model/package.ts'
import { instructionOf, type PackageList } from '../../model/package-list.ts'
import { prose, shown } from '../escape.ts'
import { INDENT, LABEL, Page } from '../page.ts'
import { where } from '../where.ts'
import { columns, fill, wrap } from '../wrap.ts'
import type { PackageReport } from './report.ts'

export const packagesText: PackageReport = (lists, notices, options) => {
  const page = new Page({ ...options })
  for (const list of lists) tellImage(page, list, options.all === true)
  tellNotices(page, notices)
  tellSum(page, lists, notices)
  return page.text()
}

function tellImage(page: Page, list: PackageList, all: boolean): void {
  const { id, names, target, kind, distribution, layers, verified, packages } = list
  const tag = names.find((name) => !name.startsWith('sha256:'))
  const about = page.paint('dim', `(${shown(kind)} ${shown(target)})`)
  for (const line of fill([page.paint('bold', shown(tag ?? id)), about], '  ', page.width)) page.line(line)
  page.rule(columns(shown(tag ?? id)))
  const say = (label: string, text: string): void => page.labelled(0, label, wrap(text, page.room(LABEL)))
  say('system', distribution ? systemOf(distribution) : 'not known: there is no os-release')
  if (layers.length > 0)
    say(
      'layers',
      `${layers.length}${verified === false ? ', not verified (--verify compares them with their digests)' : ''}`,
    )
  page.line()
  table(page, list, packages.installed)
  if (packages.installed.length > 0) page.line()
  const { declared, removed } = packages
  if (all && declared.length > 0) {
    page.line(page.paint('bold', `Named by lock files only (${declared.length})`))
    table(page, list, declared)
    page.line()
  }
  if (all && removed.length > 0) {
    page.line(page.paint('bold', `Removed again (${removed.length})`))
    table(page, list, removed, ({ removedIn }) => `removed in layer ${removedIn}: `)
    page.line()
  }
  for (const line of wrap(countsOf(list, all), page.width)) page.line(line)
  page.line()
}

function systemOf({ name, endOfLife }: NonNullable<PackageList['distribution']>): string {
  return `${shown(name)}${endOfLife === undefined ? '' : `, end of life ${shown(endOfLife)}`}`
}

/** `412 packages (deb 402, npm 8, pypi 2); 3 removed again; 12 named by lock files only (--all lists both)`. */
function countsOf({ packages: { installed, declared, removed } }: PackageList, all: boolean): string {
  const kinds = [...Map.groupBy(installed, ({ type }) => type)].map(([type, ones]) => `${type} ${ones.length}`)
  const aside = [
    removed.length > 0 ? `${removed.length} removed again by a later layer` : '',
    declared.length > 0 ? `${declared.length} named by lock files only` : '',
  ].filter((part) => part !== '')
  return (
    [`${number(installed.length, 'package')}${kinds.length > 0 ? ` (${kinds.join(', ')})` : ''}`, ...aside].join('; ') +
    (aside.length > 0 && !all ? '; --all lists them' : '')
  )
}
const number = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`

const LAYER = 5
const GAP = 2
/** Widest a name and a version may get where there is no terminal, and what they are given of one. */
const NAME = { most: 60, share: 0.34, least: 12 }
const VERSION = { most: 40, share: 0.24, least: 8 }

/** A line a package, as wide as the terminal: what is longer is cut, for the eye runs down the columns; JSON has all of it. */
function table<P extends Package>(
  page: Page,
  list: PackageList,
  packages: readonly P[],
  before: (one: P) => string = () => '',
): void {
  if (packages.length === 0) return
  const rows = packages.map((one) => {
    const [{ layer, path }] = one.locations
    return {
      type: one.type,
      name: shown(one.name),
      version: shown(one.version),
      layer: list.layers.length > 0 ? String(layer) : '',
      by: before(one) + (instruction(list, layer) || shown(path)),
    }
  })
  const widest = (of: (row: (typeof rows)[number]) => string, { most, share, least }: typeof NAME): number => {
    const wanted = rows.reduce((width, row) => Math.max(width, columns(of(row))), least)
    return Math.min(wanted, most, page.width === 0 ? most : Math.max(least, Math.floor(page.width * share)))
  }
  const kind = rows.reduce((width, row) => Math.max(width, row.type.length), 'type'.length)
  const name = widest((row) => row.name, NAME)
  const version = widest((row) => row.version, VERSION)
  const layered = rows.some(({ layer }) => layer !== '')
  const left = kind + GAP + name + GAP + version + GAP + (layered ? LAYER + GAP : 0)
  const room = page.width === 0 ? Infinity : Math.max(10, page.width - left)
  const last = list.layers.some(({ instruction: made }) => made !== '') ? 'made by' : 'found in'
  const head = `${fit('type', kind)}  ${fit('name', name)}  ${fit('version', version)}  ${layered ? `${fit('layer', LAYER)}  ` : ''}${last}`
  page.line(page.paint('dim', head))
  for (const row of rows)
    page.line(
      [
        page.paint('dim', fit(row.type, kind)),
        page.paint('bold', fit(row.name, name, page)),
        fit(row.version, version, page),
        ...(layered ? [fit(row.layer, LAYER)] : []),
        page.paint('dim', cut(row.by, room, page)),
      ]
        .join(' '.repeat(GAP))
        .trimEnd(),
    )
}

/** An instruction without what every shell form begins with. */
const instruction = (list: PackageList, layer: number): string =>
  prose(instructionOf(list, layer))
    .replace(/^\/bin\/sh -c #\(nop\)\s+/, '')
    .replace(/^\/bin\/sh -c /, 'RUN ')
    .replace(/^RUN \/bin\/sh -c /, 'RUN ')

const fit = (text: string, width: number, page?: Page): string => {
  const short = page ? cut(text, width, page) : text
  return short + ' '.repeat(Math.max(0, width - columns(short)))
}
/** At most `width` columns; what is cut ends with a sign that says so. */
function cut(text: string, width: number, page: Page): string {
  if (columns(text) <= width) return text
  const dots = page.arrow.includes('->') ? '...' : '\u2026'
  let short = ''
  let used = columns(dots)
  for (const sign of text) {
    used += columns(sign)
    if (used > width) break
    short += sign
  }
  return short + dots
}

const MOST_PLACES = 3
function tellNotices(page: Page, notices: readonly Notice[]): void {
  if (notices.length === 0) return
  page.title(`Notices (${notices.length})`)
  const same = Map.groupBy(notices, ({ id, lost, message }) => JSON.stringify([!lost, id, message]))
  for (const [, [notice, ...others]] of [...same].toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) {
    if (!notice) continue
    const word = notice.lost ? page.paint(['bold', 'yellow'], 'INPUT LOST') : 'note'
    page.line(`  ${word} ${shown(notice.id)}`)
    for (const { place } of [notice, ...others].slice(0, MOST_PLACES)) page.labelled(INDENT, 'at', [where(place)])
    if (others.length >= MOST_PLACES) page.labelled(INDENT, '', [`and ${others.length + 1 - MOST_PLACES} more places`])
    page.labelled(INDENT, '', wrap(prose(notice.message), page.room(INDENT + LABEL)))
  }
  page.line()
}

/** Only where there is more than one image to sum up, or something is missing. */
function tellSum(page: Page, lists: readonly PackageList[], notices: readonly Notice[]): void {
  const sum = lists.reduce((all, { packages }) => all + packages.installed.length, 0)
  if (lists.length !== 1) page.line(`${number(lists.length, 'image')}, ${number(sum, 'package')}`)
  const lost = notices.filter((notice) => notice.lost).length
  if (lost > 0)
    page.line(
      `${page.paint(['bold', 'yellow'], 'INCOMPLETE')}, exit code 3: ${number(lost, 'notice')} of lost input, so packages may be missing`,
    )
}
