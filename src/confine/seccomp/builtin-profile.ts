/**
 * The compact form in which the engines' defaults come with Plimsoll (profiles/seccomp/*.yaml), and what it stands for:
 *
 *     title: Docker Engine's default
 *     extends: NAME                      # takes over its `allow`; `less` takes names away, `more` adds some
 *     default: EPERM                     # what happens to calls that nothing names: `allow`, or an error by name
 *     machines: { x86_64: x86 x32 }      # what a machine's filter is for besides the machine's own calls (archMap)
 *     allow: { files: open read ... }    # always, by purpose
 *     rules:
 *       - { allow: socket, where: [arg0 < 38, arg0 > 40] }    # each element is a rule of its own
 *       - { deny: clone3, errno: ENOSYS, without: SYS_ADMIN }
 *
 * Conditions of a rule: `with` all and `without` any of these capabilities, `on` and `not-on` architectures, `kernel` at least.
 * Pure: text in, profile out. No zod: these texts come with the package, and the tests hold them against the schema.
 */
import { elements, entries, get, textOf, type Node } from '../../document/node.ts'
import { readYaml } from '../../document/yaml.ts'
import type { Notice, Read } from '../../model/notice.ts'
import { startOf, type Place } from '../../model/place.ts'
import { readComparisons } from './comparison.ts'
import { errnoNumber } from './errno.ts'
import type { PlacedProfile, ProfilePlaces } from './places.ts'
import type { SeccompProfile, SeccompRule } from './profile.ts'
import { SECCOMP_ARCHITECTURES } from './words.ts'

type SeccompArchitecture = (typeof SECCOMP_ARCHITECTURES)[number]
interface Placed<T> {
  readonly value: T
  readonly place: Place
}
type Complain = (place: Place, message: string) => void
type Groups = Map<string, Placed<readonly string[]>>

/** Profiles that extend one another: more is a circle. */
const MAX_DEPTH = 4

/**
 * The profile of that name.
 *
 * @param read the text of a compact profile by its name, and the name of its file, or undefined where there is none.
 */
export function builtinProfile(
  name: string,
  read: (name: string) => { readonly file: string; readonly text: string } | undefined,
): Read<PlacedProfile | undefined> {
  const notices: Notice[] = []
  const complain: Complain = (place, message) =>
    notices.push({ id: 'seccomp-builtin-invalid', place, message, lost: true })
  const { root, groups } = groupsOf(name, read, complain, 0)
  if (!root) return { value: undefined, notices }
  const rules = [
    ...[...groups].map(([purpose, { value: names, place }]) => ({
      value: { action: 'SCMP_ACT_ALLOW' as const, names: [...names], args: [], comment: purpose },
      place,
    })),
    ...elements(get(root, 'rules')).flatMap((rule) => rulesOf(rule, complain)),
  ]
  const places: ProfilePlaces = {
    whole: root.place,
    key: (key) => get(root, KEYS[key] ?? key).place,
    rule: (rule) => rules[rule]?.place ?? root.place,
    name: (rule) => rules[rule]?.place ?? root.place,
    argument: (rule) => rules[rule]?.place ?? root.place,
  }
  const profile: SeccompProfile = {
    ...defaultOf(get(root, 'default'), complain),
    architectures: [],
    archMap: entries(get(root, 'machines')).flatMap(([machine, node]) => {
      const [architecture, ...subArchitectures] = [machine, ...words(node)].map((word) =>
        architectureOf(word, node.place, complain),
      )
      return architecture === undefined
        ? []
        : [{ architecture, subArchitectures: subArchitectures.filter((one) => one !== undefined) }]
    }),
    flags: [],
    syscalls: rules.map(({ value }) => value),
  }
  return notices.length > 0 ? { value: undefined, notices } : { value: { profile, places }, notices }
}
/** What is asked for by the names of the engines' form. */
const KEYS: Readonly<Record<string, string>> = { defaultAction: 'default', archMap: 'machines', syscalls: 'rules' }

function groupsOf(
  name: string,
  read: (name: string) => { readonly file: string; readonly text: string } | undefined,
  complain: Complain,
  depth: number,
): { readonly root?: Node; readonly groups: Groups } {
  const groups: Groups = new Map()
  const source = depth < MAX_DEPTH ? read(name) : undefined
  if (!source) {
    complain(startOf(name), `There is no built-in profile ${name}, or it extends itself. Name one that there is.`)
    return { groups }
  }
  const { value, notices } = readYaml(source.file, source.text)
  for (const { place, message } of notices) complain(place, message)
  const root = value.documents[0]
  if (!root) return { groups }
  const extended = textOf(get(root, 'extends'))
  if (extended !== undefined)
    for (const entry of groupsOf(extended, read, complain, depth + 1).groups) groups.set(...entry)
  const less = new Set(words(get(root, 'less')))
  for (const [purpose, { value: names, place }] of groups) {
    const left = names.filter((one) => !less.has(one))
    if (left.length > 0) groups.set(purpose, { value: left, place })
    else groups.delete(purpose)
  }
  for (const key of ['allow', 'more'])
    for (const [purpose, node] of entries(get(root, key))) {
      const before = groups.get(purpose)
      // A group of its own, so that each name has the place where it stands.
      groups.set(before ? `${purpose}, more` : purpose, { value: words(node), place: node.place })
    }
  return { root, groups }
}

const words = (node: Node): readonly string[] => (textOf(node) ?? '').split(/\s+/).filter((word) => word !== '')

function architectureOf(word: string, place: Place, complain: Complain): SeccompArchitecture | undefined {
  const name = `SCMP_ARCH_${word.toUpperCase()}`
  const found = SECCOMP_ARCHITECTURES.find((one) => one === name)
  if (!found) complain(place, `${word} is no architecture. Correct it.`)
  return found
}

function defaultOf(node: Node, complain: Complain): Pick<SeccompProfile, 'defaultAction' | 'defaultErrnoRet'> {
  const word = textOf(node)
  if (word === 'allow') return { defaultAction: 'SCMP_ACT_ALLOW' }
  return { defaultAction: 'SCMP_ACT_ERRNO', defaultErrnoRet: errnoOf(node, complain) }
}

function errnoOf(node: Node, complain: Complain): number {
  const found = errnoNumber(textOf(node) ?? '')
  if (found === undefined) complain(node.place, `${textOf(node) ?? 'nothing'} is no error by name. Correct it.`)
  return found ?? 1
}

function rulesOf(node: Node, complain: Complain): readonly Placed<SeccompRule>[] {
  const known = ['allow', 'deny', 'errno', 'where', 'with', 'without', 'on', 'not-on', 'kernel']
  for (const [key, { place }] of entries(node))
    if (!known.includes(key)) complain(place, `${key} is no key of a rule. Correct it.`)
  const names = [...words(get(node, 'allow')), ...words(get(node, 'deny'))]
  if (names.length === 0) complain(node.place, 'This rule names no system call. Say allow or deny.')
  const deny = !get(node, 'deny').missing
  const conditions = (caps: string, arches: string, kernel?: string) => {
    const version = kernel === undefined ? undefined : textOf(get(node, kernel))
    const [major, minor] = (version ?? '').split('.').map(Number)
    const condition = {
      caps: words(get(node, caps)).map((cap) => `CAP_${cap}`),
      arches: [...words(get(node, arches))],
      ...(major !== undefined && minor !== undefined && { minKernel: [major, minor] as const }),
    }
    return condition.caps.length + condition.arches.length > 0 || condition.minKernel ? condition : undefined
  }
  const includes = conditions('with', 'on', 'kernel')
  const excludes = conditions('without', 'not-on')
  const rule: SeccompRule = {
    action: deny ? 'SCMP_ACT_ERRNO' : 'SCMP_ACT_ALLOW',
    names,
    args: [],
    ...(deny && { errnoRet: errnoOf(get(node, 'errno'), complain) }),
    ...(includes && { includes }),
    ...(excludes && { excludes }),
  }
  const { place } = node
  const where = get(node, 'where')
  if (where.missing) return [{ value: rule, place }]
  return (elements(where).length > 0 ? elements(where) : [where]).map((element) => {
    const args = readComparisons(textOf(element) ?? '')
    if (!args) complain(element.place, `${textOf(element) ?? 'this'} is no comparison such as arg0 == 16. Correct it.`)
    return { value: { ...rule, args: [...(args ?? [])] }, place }
  })
}
