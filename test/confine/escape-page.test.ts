/** The page of `plimsoll paths`, its JSON, and the code flows of SARIF. */
import { describe, expect, it } from 'vitest'
import { pathsJson, pathsText } from '../../src/cli/paths.ts'
import { waysOut } from '../../src/confine/escape/paths.ts'
import { codeFlows } from '../../src/report/sarif/code-flows.ts'
import { pathsOfFinding } from '../../src/report/ways.ts'
import { scan } from '../../src/scan.ts'
import { compose, plain, subjectsOf, waysOf } from './escape.ts'

const options = { colour: false, width: 100, unicode: true }
const page = async (parts: Parameters<typeof subjectsOf>[0], more: object = {}): Promise<string> =>
  pathsText(waysOut(await subjectsOf(parts)), [], { ...options, ...more })

describe('the page', () => {
  it('tells the shortest path in words, with every place, what closes it, and the one change', async () => {
    const text = await page(compose('volumes:', '  - /:/host'))
    expect(text).toContain('root in the container at compose:4:5')
    expect(text).toContain('writes /host/etc/cron.d through the bind mount at compose:6:9 → root on the host')
    expect(text).toContain('closed  remove the mount of / (compose:6:9)')
    expect(text).toContain('closed  mount / read-only (compose:6:9)')
    expect(text).toMatch(/One change closes 3 of 3: \S+/)
  })
  it('tells one path of each cause in full and names the others, or tells all', async () => {
    const short = await page({ ...compose('privileged: true'), ...plain })
    const all = await page({ ...compose('privileged: true'), ...plain }, { all: true })
    const titles = (text: string): number => text.match(/^ {2}(POSSIBLE, )?(CRITICAL|HIGH|MEDIUM|LOW) /gm)?.length ?? 0
    const { paths } = await waysOf({ ...compose('privileged: true'), ...plain })
    expect(titles(short)).toBe(1)
    expect(titles(all)).toBe(paths.length)
    for (const { id } of paths) expect(short).toContain(id)
  })
  it('says that there is none', async () => {
    expect(await page(compose())).toContain('No way out is known by these facts.')
    expect(pathsText([], [], options)).toContain('There is no container among the targets')
  })
  it('says what a possible path hangs on, and where', async () => {
    const text = await page({ compose: 'services:\n  web:\n    image: web\n    privileged: true\n' })
    expect(text).toContain('POSSIBLE, CRITICAL privileged-disk')
    expect(text).toMatch(/if {6}the process is root/)
  })
  it('stays within the terminal', async () => {
    const text = await page(
      { ...compose('privileged: true', 'pid: host', 'volumes: ["/:/host"]'), ...plain },
      { width: 72, all: true },
    )
    for (const line of text.split('\n'))
      if (!/https?:/.test(line)) expect([line, line.length <= 72]).toEqual([line, true])
  })
  it('writes out what a name of the input would do to a terminal', async () => {
    const hostile = {
      compose:
        'services:\n  web:\n    image: web\n    user: "0"\n    volumes:\n      - type: bind\n        source: /etc\n        target: "/a\\e[2J\\u202eb"\n',
    }
    for (const text of [await page(hostile), pathsJson(waysOut(await subjectsOf(hostile)), [])])
      expect(text).not.toMatch(/[\u001b\u202e]/)
    expect(await page(hostile)).toContain('\\x1b[2J\\u202eb')
  })
})

describe('the JSON', () => {
  it('has every path with steps, places, conditions and changes', async () => {
    const ways = waysOut(await subjectsOf({ ...compose('privileged: true'), ...plain }))
    const [container] = JSON.parse(pathsJson(ways, [])).containers
    expect(container.paths.length).toBe(ways[0]?.paths.length)
    expect(container.change).toMatchObject({ field: 'container.privileged', of: container.paths.length })
    for (const path of container.paths) {
      expect(path.steps[0].place).toMatchObject({ file: 'compose', line: 4 })
      expect(path.changes.length).toBeGreaterThan(0)
      expect(path.source).toMatch(/^https?:/)
    }
  })
  it('keeps the values of the environment to itself', async () => {
    const ways = waysOut(await subjectsOf(compose('privileged: true', 'environment: { PASSWORD: hunter2 }')))
    expect(pathsJson(ways, [])).not.toContain('hunter2')
  })
})

describe('code flows', () => {
  it('are those of the finding’s own cause, one thread flow a path, ending at what it gives', async () => {
    const result = await scan({
      targets: ['-'],
      stdin: (async function* () {
        yield Buffer.from(
          'services:\n  web:\n    image: web\n    user: "0"\n    privileged: true\n    volumes: ["/etc:/e", "./data:/d"]\n',
        )
      })(),
      today: '2026-01-31',
    })
    const ways = waysOut(result.subjects)
    const context = { result, containers: new Set(['web']), options }
    const flowsOf = (rule: string) =>
      result.findings
        .filter((finding) => finding.rule === rule)
        .map((finding) => codeFlows(context, pathsOfFinding(finding, ways)))
    const [privileged] = flowsOf('privileged')
    expect(privileged?.length).toBe(5)
    for (const flow of privileged ?? []) {
      const locations = flow.threadFlows[0]?.locations ?? []
      expect(locations.length).toBeGreaterThanOrEqual(3)
      expect(locations.map(({ executionOrder }) => executionOrder)).toEqual(locations.map((_, index) => index + 1))
      for (const { location } of locations) expect(location?.physicalLocation?.region?.startLine).toBeGreaterThan(1)
    }
    const [etc] = flowsOf('host-path-sensitive')
    expect(etc?.map(({ properties }) => properties?.id)).toEqual(['host-etc-written'])
    // What opens nothing has none.
    for (const flows of flowsOf('memory-unbounded')) expect(flows).toEqual([])
  })
})
