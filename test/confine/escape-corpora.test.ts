/** Files that nobody here wrote: BishopFox's Bad Pods by their labels, and how often real files are told of a way out. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { pathsOf } from '../../src/confine/escape/paths.ts'
import { take } from '../../src/scan.ts'
import { said } from './escape.ts'

const BAD_PODS = '../shared/corpora/badpods'
const present = existsSync(join(BAD_PODS, 'labels.json'))
if (!present) console.log(`test/confine/escape-corpora.test.ts is skipped: there is no ${BAD_PODS}`)

/** What is wrong with a pod -> the first way that it opens. None says which user it runs as: the image decides. */
const OPENS: Readonly<Record<string, string>> = {
  privileged: 'privileged-disk?',
  'host-path': 'host-root-written?',
  'host-pid': 'host-processes',
  'host-network': 'host-loopback',
  'host-ipc': 'host-shared-memory',
}

describe.skipIf(!present)('Bad Pods', () => {
  const labels: readonly { file: string; badpod: string; expected: { fileActuallyHas: readonly string[] } }[] = present
    ? JSON.parse(readFileSync(join(BAD_PODS, 'labels.json'), 'utf8'))
    : []
  it('have the ways out that their labels say, and no others of these', async () => {
    expect(labels.length).toBe(128)
    for (const { file, expected } of labels) {
      const { subjects } = await take({ targets: [join(BAD_PODS, file)] })
      expect([file, subjects.length]).toEqual([file, 1])
      // AppArmor may stand between a pod and the host's processes, unless it is privileged.
      const found = new Set(
        subjects
          .flatMap((subject) => said(pathsOf(subject)))
          .map((id) => (id === 'host-processes?' ? 'host-processes' : id)),
      )
      const wanted = expected.fileActuallyHas.map((name) => OPENS[name] ?? name)
      expect([
        file,
        Object.values(OPENS)
          .filter((id) => found.has(id))
          .sort(),
      ]).toEqual([file, [...wanted].sort()])
      if (wanted.length === 0) expect([file, [...found]]).toEqual([file, []])
    }
  })
  it('that are allowed everything can be left by the shortest way: one step, to root on the host', async () => {
    const { subjects } = await take({
      targets: [join(BAD_PODS, 'data/everything-allowed/pod/everything-allowed-exec-pod.yaml')],
    })
    const [first, second] = subjects.flatMap((subject) => pathsOf(subject))
    expect([first?.gives, second?.gives]).toEqual(['root on the host', 'root on the host'])
    expect([first?.steps.length, second?.steps.length]).toEqual([3, 3])
  })
  it('are more exposed by two faults together than by each alone', async () => {
    const { subjects } = await take({
      targets: [join(BAD_PODS, 'data/priv-and-hostpid/pod/priv-and-hostpid-exec-pod.yaml')],
    })
    const together = subjects.flatMap((subject) => said(pathsOf(subject)))
    expect(together).toEqual(expect.arrayContaining(['host-namespaces-entered?', 'host-process-injected?']))
  })
})
