/**
 * Our policies pss-baseline and pss-restricted, at every version, against the evaluator that the API server itself uses
 * (k8s.io/pod-security-admission): the same pods refused, for the same checks. A check is the `pss-control` of a rule.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { take } from '../../src/scan.ts'
import { corpora, filesOf, present } from '../support/corpora.ts'
import { removeOracles } from '../support/oracle.ts'
import {
  ask,
  checksOf,
  failedAt,
  judged,
  levels,
  oracle,
  ruling,
  type Answer,
  type Checks,
  type Level,
  type Ruling,
} from '../support/pod-security.ts'
import { madePods } from '../support/pods.ts'
import { builtinPolicies } from '../../src/builtin.ts'

afterAll(removeOracles)

const program = oracle()
if ('absent' in program) console.log(`pod-security is skipped: ${program.absent}`)
const path = 'path' in program ? program.path : ''
const checks: Checks = path === '' ? { baseline: [], restricted: [] } : checksOf(path)
/** v1.0, v1.1 ... the newest at which a check changed. */
const minors = checks.baseline.map((_, minor) => minor)

interface Counts {
  pods: number
  unread: number
  /** Answers compared: a pod at a level and a version. */
  compared: number
  refused: number
  ours: number
  /** Of a name that another object of the file has too. */
  twice: number
}
const none = (): Counts => ({ pods: 0, unread: 0, compared: 0, refused: 0, ours: 0, twice: 0 })

/** The policies that differ, each with the versions that it stands for: most versions change nothing. */
async function rulings(): Promise<
  readonly { readonly level: Level; readonly minors: readonly number[]; readonly ruling: Ruling }[]
> {
  const all = await Promise.all(
    levels.flatMap((level) =>
      minors.map(async (minor) => ({ level, minor, ruling: await ruling(level, `v1.${minor}`) })),
    ),
  )
  return [...Map.groupBy(all, ({ level, ruling }) => `${level} ${ruling.signature}`).values()].flatMap((some) => {
    const [first] = some
    return first ? [{ level: first.level, ruling: first.ruling, minors: some.map(({ minor }) => minor) }] : []
  })
}

/** `Deployment/shop/web`: the beginning of the ids of a pod's containers. */
const podOf = (subject: string): string => subject.split('/').slice(0, 3).join('/')
const nameOf = ({ kind, namespace, name }: Answer): string => [kind, namespace || 'default', name].join('/')

/** What differs, as `pod: baseline v1.0: ours ..., theirs ...`; versions that differ alike are told once. */
async function compare(file: string, answers: readonly Answer[], counts: Counts): Promise<readonly string[]> {
  const inventory = await take({ targets: [file] })
  const read = answers.filter(({ error }) => error === undefined)
  counts.pods += read.length
  counts.unread += answers.length - read.length
  counts.ours += new Set(inventory.subjects.map(({ id }) => podOf(id))).size
  const differences = new Map<string, number[]>()
  for (const { level, minors, ruling } of await made) {
    const verdicts = judged(ruling, inventory, podOf)
    for (const answer of read) {
      const verdict = verdicts.get(nameOf(answer))
      for (const minor of minors) {
        const theirs = failedAt(answer, level, minor)
        const inForce = checks[level][minor] ?? []
        const ours = [...(verdict?.controls ?? [])].filter((control) => inForce.includes(control)).sort()
        counts.compared += 1
        if (theirs.length > 0) counts.refused += 1
        const open = [...(verdict?.open ?? [])]
        const isRefused = (verdict?.rules.size ?? 0) > 0
        if (String(ours) === String(theirs) && isRefused === theirs.length > 0 && open.length === 0) continue
        const rules = [...(verdict?.rules ?? [])].join(' ')
        const text = `${nameOf(answer)}: ${level}: ours ${ours.join(' ')} (${rules}; open ${open.join(' ')}), theirs ${theirs.join(' ')}`
        differences.set(text, [...(differences.get(text) ?? []), minor])
      }
    }
  }
  return [...differences].map(([text, at]) => `v1.${at[0]} to v1.${at.at(-1)}: ${text}`)
}
const made = rulings()

describe.skipIf(path === '')('Pod Security, as the API server judges it', () => {
  it('knows the versions that upstream knows, and the checks of each', { timeout: 120_000 }, async () => {
    const policies = await builtinPolicies()
    for (const level of levels) {
      const layers = policies.get(`pss-${level}`)?.policy.layers ?? []
      expect(layers.findLast(({ versions }) => versions)?.versions).toMatchObject({
        from: 'v1.0',
        to: `v1.${minors.at(-1)}`,
      })
      const latest = await ruling(level, undefined)
      expect((await ruling(level, 'latest')).signature).toBe(latest.signature)
      expect((await ruling(level, `v1.${minors.at(-1)}`)).signature).toBe(latest.signature)
      // The standard lists host paths at both levels; upstream has one check for them and the other types, at restricted.
      const also = level === 'restricted' ? ['hostPathVolumes'] : []
      for (const minor of minors)
        expect([...(await ruling(level, `v1.${minor}`)).controls].sort()).toEqual(
          [...(checks[level][minor] ?? []), ...also].sort(),
        )
    }
  })

  it(
    'refuses the pods that are made, for the same checks, at every level and version',
    { timeout: 600_000 },
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'plimsoll-pods-'))
      try {
        const pods = madePods(Number(process.env.PODS ?? 2000))
        const counts = none()
        const differences: string[] = []
        for (let at = 0; at < pods.length; at += 500) {
          const some = pods.slice(at, at + 500)
          const text = some.map(({ object }) => JSON.stringify(object)).join('\n---\n')
          const file = join(folder, `${at}.yaml`)
          writeFileSync(file, text)
          const answers = ask(path, new Map([[file, text]]))
          expect(answers.filter(({ error }) => error !== undefined)).toEqual([])
          differences.push(...(await compare(file, answers, counts)))
        }
        console.log(`Pod Security on made pods: ${JSON.stringify(counts)}, ${(await made).length} rulings`)
        if (process.env.PODS_SHOW)
          for (const name of differences.slice(0, 40).map((text) => /\/(p\d+):/.exec(text)?.[1]))
            console.log(JSON.stringify(pods.find((pod) => pod.name === name)?.object))
        expect(differences).toEqual([])
        expect(counts.ours).toBe(pods.length)
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    },
  )

  it.skipIf(!present)('refuses real pods for the same checks', { timeout: 600_000 }, async () => {
    for (const corpus of ['psa', 'badpods', 'k8s-real']) {
      const counts = none()
      const differences: string[] = []
      const texts = new Map(filesOf(corpus, /\.(?:ya?ml|json)$/).map((file) => [file, readFileSync(file, 'utf8')]))
      const answers = Map.groupBy(ask(path, texts), ({ id }) => id)
      for (const [file, some] of answers) {
        // Two objects of one name are one object to the API server: nobody can tell their containers apart.
        const once = some.filter((one) => some.every((other) => other === one || nameOf(other) !== nameOf(one)))
        counts.twice += some.length - once.length
        differences.push(...(await compare(file, once, counts)).map((text) => `${file.slice(corpora.length)}: ${text}`))
      }
      console.log(`Pod Security on ${corpus}: ${JSON.stringify(counts)}`)
      expect(differences).toEqual([])
      expect(counts.pods).toBeGreaterThan(100)
    }
  })
})
