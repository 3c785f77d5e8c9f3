/** `plimsoll paths`: the ways out of every container, and the one change that closes the most, as text and as JSON. */
import type { Severity } from '../model/finding.ts'
import type { Notice } from '../model/notice.ts'
import type { EscapePath, WaysOut } from '../model/path.ts'
import { showPlace } from '../model/place.ts'
import { json, prose, shown } from '../report/escape.ts'
import { Page, type Style } from '../report/page.ts'
import type { ReportOptions } from '../report/report.ts'
import { where } from '../report/where.ts'
import { columns, fill, wrap } from '../report/wrap.ts'

const styles: Readonly<Record<Severity, Style>> = {
  critical: ['bold', 'red'],
  high: 'red',
  medium: 'yellow',
  low: 'cyan',
  info: 'dim',
}
/** Columns of labels, and what stands before them. */
const INDENT = 4
const LABEL = 8

/**
 * The page. Of the paths that one root cause opens the first is told in full, and the others by name (`all` tells every one):
 * who closes the cause closes them all.
 *
 * @param notices of reading the targets: what was lost may hide paths.
 */
export function pathsText(
  ways: readonly WaysOut[],
  notices: readonly Notice[],
  { all = false, ...options }: ReportOptions & { readonly all?: boolean },
): string {
  const page = new Page(options)
  for (const way of ways) tellContainer(page, way, all)
  if (ways.length === 0) page.line('There is no container among the targets: an image by itself has no way out.')
  for (const notice of notices)
    for (const line of wrap(`${shown(showPlace(notice.place))}: ${prose(notice.message)}`, page.room(0)))
      page.line(line)
  return `${page.text().trimEnd()}\n`
}

function tellContainer(page: Page, { subject, paths, change }: WaysOut, all: boolean): void {
  const name = shown(subject.id)
  const about = page.paint('dim', `(${shown(subject.dialect ?? 'image')}, ${where(subject.place)})`)
  for (const line of fill([page.paint('bold', name), about], '  ', page.width)) page.line(line)
  page.rule(columns(name))
  if (paths.length === 0) {
    page.line('  No way out is known by these facts.')
    page.line()
    return
  }
  for (const [first, ...others] of byCause(paths)) {
    if (!first) continue
    tellPath(page, first)
    if (all) for (const other of others) tellPath(page, other)
    else if (others.length > 0) {
      const names = others.map(({ id, state }) => (state === 'open' ? id : `${id} (possible)`)).join(', ')
      page.labelled(INDENT, 'opens', wrap(`as well ${names}`, page.room(INDENT + LABEL)))
      page.line()
    }
  }
  const open = paths.filter(({ state }) => state === 'open').length
  const count = `${paths.length} ${paths.length === 1 ? 'way' : 'ways'} out, ${open} open, ${paths.length - open} possible.`
  for (const line of wrap(count, page.room(2))) page.line(`  ${line}`)
  if (change) {
    const lead = `One change closes ${change.closes.length} of ${change.of}:`
    const [head = '', ...rest] = wrap(`${lead} ${shown(change.text)} (${where(change.place)})`, page.room(2))
    page.line(`  ${head.startsWith(lead) ? page.paint(['bold', 'green'], lead) + head.slice(lead.length) : head}`)
    for (const line of rest) page.line(`    ${line}`)
  }
  page.line()
}

/** Paths by the fact that opens them, causes in the order of their first path. */
const byCause = (paths: readonly EscapePath[]): readonly (readonly EscapePath[])[] => [
  ...Map.groupBy(paths, ({ cause }) => cause.fact).values(),
]

function tellPath(page: Page, path: EscapePath): void {
  const room = page.room(INDENT + LABEL)
  const word = `${path.state === 'possible' ? 'POSSIBLE, ' : ''}${path.severity.toUpperCase()}`
  const tag = `${word} ${path.id}:`
  const [head = '', ...rest] = wrap(`${tag} ${prose(path.title)}`, page.room(INDENT))
  const painted = `${page.paint(styles[path.severity], word)} ${page.paint('bold', path.id)}:`
  page.line(`  ${head.startsWith(tag) ? painted + head.slice(tag.length) : head}`)
  for (const line of rest) page.line(' '.repeat(INDENT) + line)
  page.labelled(INDENT, 'way', lines(stepsInWords(path), page.arrow, room))
  for (const { text, place } of path.ifs) page.labelled(INDENT, 'if', wrap(`${prose(text)} (${where(place)})`, room))
  for (const { text, place } of path.eased)
    page.labelled(INDENT, 'eased', wrap(`${prose(text)} (${where(place)})`, room))
  for (const { text, place } of path.changes)
    page.labelled(INDENT, 'closed', wrap(`${shown(text)} (${where(place)})`, room), 'green')
  page.labelled(INDENT, 'else', wrap(path.breaks.map(prose).join('; '), room))
  page.labelled(INDENT, 'see', [path.source])
  page.line()
}
/** `writes /host/etc/cron.d through the bind mount at compose.yaml:14:9`: a place is named where it is not the one before. */
function stepsInWords({ steps }: EscapePath): readonly string[] {
  let last = ''
  return steps.map(({ text, place }, index) => {
    const at = where(place)
    const moved = at !== last && index < steps.length - 1
    last = at
    return moved ? `${prose(text)} at ${at}` : prose(text)
  })
}
const lines = (pieces: readonly string[], separator: string, room: number): readonly string[] =>
  fill(pieces, separator, room).flatMap((line) => wrap(line, room))

/** Everything as data. Values of facts are left out, but for those that the words name: the facts are in `plimsoll facts`. */
export function pathsJson(ways: readonly WaysOut[], notices: readonly Notice[]): string {
  return json({
    schema: 'plimsoll-paths',
    version: 1,
    containers: ways.map(({ subject, paths, change }) => ({
      id: subject.id,
      dialect: subject.dialect ?? null,
      place: subject.place,
      paths: paths.map((path) => ({
        id: path.id,
        title: path.title,
        gives: path.gives,
        severity: path.severity,
        state: path.state,
        steps: path.steps.map(({ text, place }) => ({ text, place })),
        ifs: path.ifs,
        eased: path.eased,
        changes: path.changes,
        breaks: path.breaks,
        source: path.source,
        because: path.because.map(({ field, fact }) => ({
          field,
          how: fact.how,
          place: fact.place,
          ...('because' in fact && { because: fact.because }),
        })),
        rules: path.rules,
      })),
      change: change ?? null,
    })),
    notices,
  })
}
