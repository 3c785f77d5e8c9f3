/** Every example of a rule that says what a fix sets: the fix makes the finding go, and brings no other of the strict policy. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { builtinRules } from '../../src/builtin.ts'
import { engineFormat, engineFormats, readEngine } from '../../src/dialect/engine.ts'
import { readAs } from '../../src/document/syntax.ts'
import { readExample } from '../../src/example.ts'
import { fixOf } from '../../src/fix.ts'
import type { Engine } from '../../src/model/subject.ts'
import { prepare } from '../../src/rule/compile.ts'
import type { CleanPart } from '../../src/rule/example.ts'
import { judge, type Judged } from '../../src/rule/judge.ts'
import { loadRule } from '../../src/rule/load.ts'
import { readSettings } from '../../src/settings.ts'

const MARK = /[ \t]*(?:#|\/\/|--|;)[ \t]*<-(?:[ \t]*(open))?[ \t]*$/
const folder = resolve(import.meta.dirname, '../../rules')

/** Findings that are left as they are, and why: `rule dialect` or `rule dialect/subject`. */
const LEFT: Readonly<Record<string, string>> = {
  'docker-inspect': 'a program printed this',
  'podman-inspect': 'a program printed this',
  cri: 'a program printed this',
  swarm: 'a program printed this',
  'apparmor-missing oci-runtime': 'the name of a profile that is loaded is not known',
  'apparmor-missing quadlet': 'the name of a profile that is loaded is not known',
  'apparmor-unconfined oci-runtime': 'the name of a profile that is loaded is not known',
  'host-cgroup-namespace oci-runtime': 'namespaces are a list of maps',
  'host-ipc-namespace oci-runtime': 'namespaces are a list of maps',
  'host-network-namespace oci-runtime': 'namespaces are a list of maps',
  'host-pid-namespace oci-runtime': 'namespaces are a list of maps',
  'host-uts-namespace oci-runtime': 'namespaces are a list of maps',
  'proc-unmasked oci-runtime': 'the paths are written out',
  'seccomp-missing oci-runtime': 'the profile is written out',
  'service-account-token oci-runtime': 'it is one of its mounts',
  'non-root-not-required kubernetes':
    'non-root-not-provable would come: whether the kubelet could keep it is not known without the image',
  'host-network-namespace ecs': 'default-bridge-network would come: awsvpc needs subnets, which only its owner knows',
  'host-network-namespace docker-run':
    'default-bridge-network would come: which network it belongs to, only its owner knows',
  'proc-unmasked nomad': 'security_opt is a list of options, each of which would have to be taken out',
  'privileged nomad': 'the driver raw_exec runs on the host itself: another driver has to be taken',
}

const rules = await builtinRules()
const settings = await readSettings({ policy: 'strict' }, rules)
const strict: readonly Judged[] = rules.flatMap(({ rule }): readonly Judged[] => {
  const use = settings.value.rules.get(rule.id)
  return use
    ? [{ compiled: prepare(rule), parameters: use.params, ...(use.severity && { severity: use.severity }) }]
    : []
})
const setting = readdirSync(folder).filter((name) => name.endsWith('.yaml'))
const files = await Promise.all(
  setting.map(async (name) => (await loadRule(`rules/${name}`, readFileSync(join(folder, name), 'utf8'))).value),
)
const seen = new Set<string>()

/** Settings of engines among the parts of an example. */
async function enginesOf(parts: readonly CleanPart[]): Promise<readonly Engine[]> {
  const engines: Engine[] = []
  for (const { dialect, text } of parts) {
    const format = engineFormats.find(({ file }) => file === dialect)
    if (!format) continue
    const { value } = await readAs(format.syntax ?? 'data', format.file, text)
    for (const root of value.documents) engines.push(readEngine(root, engineFormat(root) ?? format).value)
  }
  return engines
}

const fixable = files.flatMap((file) => (file?.rule.fixSet ? [file] : []))
it('has rules that say what to set', () => expect(fixable.length).toBeGreaterThan(14))

describe.each(fixable.map((file) => [file.rule.id, file] as const))('%s', (id, { examples }) => {
  it('is fixed in its examples', async () => {
    let count = 0
    for (const example of examples) {
      const parts: readonly CleanPart[] = example.parts.map(({ dialect, text }) => ({
        dialect,
        text: text
          .split('\n')
          .map((line) => line.replace(MARK, ''))
          .join('\n'),
        locate: (line, column) => ({ file: `${dialect}.example`, line, column }),
      }))
      const { world } = await readExample('example', parts)
      const engines = await enginesOf(parts)
      const own = strict.filter(({ compiled }) => compiled.rule.id === id)
      for (const finding of judge(own, world).findings) {
        if (finding.outcome === 'open') continue
        const dialect = world.containers.find((each) => finding.subjects.includes(each.id))?.dialect
        const part = parts.find((each) => each.dialect === dialect)
        if (!part || dialect === undefined) throw new Error(`${id}: no text for ${finding.subjects.join(', ')}`)
        const input = { file: `${dialect}.example`, text: part.text, as: dialect, named: true }
        const fix = await fixOf(finding, input, { rules: strict, images: world.images, engines })
        const left = [dialect, `${id} ${dialect}`].find((key) => LEFT[key] !== undefined)
        const what = `${id} ${dialect} ${finding.subjects.join(', ')}`
        if ('whyNot' in fix) {
          expect(left === undefined ? `${what}: ${fix.whyNot}` : '').toBe('')
          if (left !== undefined) seen.add(left)
          continue
        }
        count += 1
        expect(left === undefined ? '' : `${what} is fixed now`).toBe('')
        expect(fix.gone.some(({ rule }) => rule === id)).toBe(true)
        expect(fix.edits.length).toBeGreaterThan(0)
        // Only lines that are touched become others.
        const lines = new Set(fix.text.split('\n'))
        const gone = part.text.split('\n').filter((line) => !lines.has(line)).length
        expect(gone).toBeLessThanOrEqual(6)
      }
    }
    if (id !== 'non-root-not-required') expect(count).toBeGreaterThan(0)
  })
})

it('lists nothing that is not left', () => {
  expect(Object.keys(LEFT).filter((key) => !seen.has(key) && !['podman-inspect', 'cri'].includes(key))).toEqual([])
})

describe('a fix', () => {
  const pod = (image: string, more = ''): string =>
    `apiVersion: v1\nkind: Pod\nmetadata: { name: web }\nspec:\n  hostNetwork: true # why\n  containers:\n    - name: a\n      image: ${image}\n    - name: b\n      image: ${image}\n${more}`
  const ask = (rule: string, subjects: readonly string[], text: string) =>
    fixOf({ rule, subjects }, { file: 'pod.yaml', text, named: true }, { rules: strict })

  it('is made once for all the containers of a pod, whatever else they say', async () => {
    const text = pod('nginx')
    expect(await ask('host-network-namespace', ['Pod/default/web/a', 'Pod/default/web/b'], text)).toMatchObject({
      text: text.replace('hostNetwork: true', 'hostNetwork: false'),
      edits: [{ file: 'pod.yaml', deleted: { line: 5, column: 16, endLine: 5, endColumn: 20 }, inserted: 'false' }],
    })
  })
  it('is refused where a variable decides, an anchor is shared, and the finding is not there', async () => {
    const compose = (text: string) =>
      fixOf({ rule: 'privileged', subjects: ['db'] }, { file: 'compose.yaml', text, named: true }, { rules: strict })
    expect(await compose('services:\n  db:\n    image: x\n    privileged: ${P:-true}\n')).toMatchObject({
      text: 'services:\n  db:\n    image: x\n    privileged: false\n',
    })
    expect(await compose('services:\n  db: &db\n    image: x\n    privileged: true\n  web: *db\n')).toEqual({
      whyNot: 'an anchor stands here: others have it too',
    })
    expect(await compose('x-a: &a\n  privileged: true\nservices:\n  db:\n    <<: *a\n    image: x\n')).toMatchObject({
      text: 'x-a: &a\n  privileged: true\nservices:\n  db:\n    <<: *a\n    image: x\n    privileged: false\n',
    })
    expect(await compose('services:\n  db: { image: x }\n')).toEqual({
      whyNot: 'the finding is not there when this file is read by itself',
    })
    expect(
      await fixOf(
        { rule: 'root-user', subjects: ['db'] },
        { file: 'compose.yaml', text: '', named: true },
        { rules: strict },
      ),
    ).toEqual({
      whyNot: 'what to do is for people to decide: the rule only tells',
    })
  })
  it('is not offered where it would bring another finding', async () => {
    const text =
      'apiVersion: v1\nkind: Pod\nmetadata: { name: web }\nspec:\n  containers:\n    - name: a\n      image: nginx\n      securityContext: { runAsUser: 0 }\n'
    expect(await ask('non-root-not-required', ['Pod/default/web/a'], text)).toEqual({
      whyNot: 'it would bring another finding: non-root-not-provable',
    })
  })
  it('takes the container’s own word where an extended service says it', async () => {
    const text = 'services:\n  base:\n    image: x\n    privileged: true\n  db:\n    extends: base\n    user: "1"\n'
    expect(
      await fixOf(
        { rule: 'privileged', subjects: ['db'] },
        { file: 'compose.yaml', text, named: true },
        { rules: strict },
      ),
    ).toMatchObject({ text: `${text}    privileged: false\n` })
  })
})
