/** Parsed texts -> profiles: includes opened, variables and aliases applied, conditions settled, contradictions found. */
import type { Place } from '../../model/place.ts'
import { conflictingTransitions, MOST_TRANSITIONS } from './transitions.ts'
import { checkGlob, collapseSlashes } from './glob.ts'
import { parseText, type Mistake, type ParsedText } from './parse.ts'
import type { Included, IncludeCache } from './includes.ts'
import type { Condition, FileRule, Item, Newer, ProfileNode, Qualifiers, Rule } from './syntax.ts'
import { Variables } from './variables.ts'
import { MODES, NEW_MODES, type Mode } from './words.ts'

/** A profile as it would be in force: its own rules and those of its includes, without variables. */
export interface AppArmorProfile {
  readonly kind: 'profile'
  /** With its parents': `parent//child`. */
  readonly name: string
  readonly namespace?: string
  readonly place: Place
  readonly form: ProfileNode['form']
  readonly attachment?: string
  readonly mode: Mode
  readonly modePlace: Place
  /** All flags as written. */
  readonly flags: readonly string[]
  readonly rules: readonly Rule[]
  /** Hats and child profiles. */
  readonly children: readonly AppArmorProfile[]
  /** Why not all of its rules are known; empty where all are. */
  readonly unknown: readonly string[]
  /** The file's abi. */
  readonly abi?: string
}

export interface Resolved {
  readonly profiles: readonly AppArmorProfile[]
  readonly abi?: string
  readonly newer: readonly Newer[]
  readonly mistakes: readonly Mistake[]
  readonly missing: readonly { readonly place: Place; readonly name: string }[]
}

const DEEPEST_INCLUDE = 40
const MOST_INCLUDES = 5000
/** Rules of one file with its includes. Bounds what includes of includes may multiply. */
const MOST_RULES = 4_000_000
const GLOBS_KEPT = 100_000

export function resolveFile(
  file: string,
  parsed: ParsedText,
  include: Included | undefined,
  cache: IncludeCache,
): Resolved {
  const resolver = new Resolver(include, cache)
  resolver.preamble({ parsed, seen: new Set([file]), depth: 0 })
  return resolver.finish()
}

/** Where the walk is: which text, which includes were seen in this block, how deep. */
interface Within {
  readonly parsed: ParsedText
  readonly seen: Set<string>
  readonly depth: number
}
interface Draft {
  readonly name: string
  readonly rules: Rule[]
  readonly nodes: { readonly node: ProfileNode; readonly within: Within }[]
  readonly unknown: Set<string>
}

class Resolver {
  readonly #include: Included | undefined
  readonly #cache: IncludeCache
  readonly #variables = new Variables()
  readonly #aliases: { readonly from: string; readonly to: string }[] = []
  readonly #mistakes: Mistake[] = []
  readonly #told = new Set<string>()
  readonly #missing: { place: Place; name: string }[] = []
  readonly #newer: Newer[] = []
  readonly #newerOf = new Set<ParsedText>()
  readonly #top: Draft = { name: '', rules: [], nodes: [], unknown: new Set() }
  #abi: string | undefined
  #includes = 0
  #rules = 0

  constructor(include: Included | undefined, cache: IncludeCache) {
    this.#include = include
    this.#cache = cache
  }

  finish(): Resolved {
    const read = this.#profiles(this.#top, undefined, this.#top.unknown)
    const [mistake] = this.#mistakes
    const profiles = mistake
      ? read.map((profile) => withReason(profile, `line ${mistake.place.line} is no valid rule`))
      : read
    const abi = this.#abi
    return {
      profiles,
      newer: this.#newer,
      mistakes: this.#mistakes,
      missing: this.#missing,
      ...(abi !== undefined && { abi }),
    }
  }

  #mistake(message: string, place: Place): void {
    const key = `${place.file}:${place.line}:${place.column}:${message}`
    if (this.#told.has(key) || this.#told.size > 1000) return
    this.#told.add(key)
    this.#mistakes.push({ message, place })
  }
  /** Tells once what is wrong in a text, and what in it is new. */
  #enter(parsed: ParsedText): void {
    if (this.#newerOf.has(parsed)) return
    this.#newerOf.add(parsed)
    for (const { message, place } of parsed.mistakes) this.#mistake(message, place)
    for (const newer of parsed.newer) if (this.#newer.length < 1000) this.#newer.push(newer)
  }

  /** The top level of a file: preamble, then profiles. */
  preamble(within: Within): void {
    this.#enter(within.parsed)
    for (const item of within.parsed.items) {
      switch (item.kind) {
        case 'include':
          this.#open(item.name, item.ifExists, item.place, within, this.#top, (inner) => this.preamble(inner))
          break
        case 'profile':
          this.#top.nodes.push({ node: item, within })
          break
        case 'abi':
        case 'alias':
        case 'assignment':
        case 'boolean':
          this.#declare(item, this.#top.nodes.length > 0)
          break
        default:
          this.#mistake('A rule stands outside of any profile', item.place)
      }
    }
  }
  #declare(item: Extract<Item, { kind: 'abi' | 'alias' | 'assignment' | 'boolean' }>, late: boolean): void {
    if (late) this.#mistake('Variables, aliases and the abi stand before the first profile', item.place)
    if (item.kind === 'abi') this.#abi ??= item.name
    else if (item.kind === 'alias') this.#aliases.push(item)
    else if (item.kind === 'assignment') {
      const wrong = this.#variables.assign(item.name, item.operator, item.values)
      if (wrong !== undefined && (item.operator !== '+=' || this.#top.unknown.size === 0))
        this.#mistake(wrong, item.place)
    } else {
      const value = this.#variables.evaluate(item.value)
      if (typeof value !== 'boolean') {
        if (item.value.op === 'value') this.#mistake(`\${${item.name}} is neither true nor false`, item.place)
        else this.#top.unknown.add(`the value of \${${item.name}} is not known`)
        return
      }
      const wrong = this.#variables.assignBoolean(item.name, item.operator, value)
      if (wrong !== undefined) this.#mistake(wrong, item.place)
    }
  }

  /** What an include names, once in a block. */
  #open(
    name: string,
    ifExists: boolean,
    place: Place,
    within: Within,
    draft: Draft,
    use: (inner: Within) => void,
  ): void {
    if (within.seen.has(name)) return
    within.seen.add(name)
    if (within.depth >= DEEPEST_INCLUDE || this.#includes >= MOST_INCLUDES) {
      this.#mistake(
        within.depth >= DEEPEST_INCLUDE
          ? `Includes stand in one another more than ${DEEPEST_INCLUDE} deep`
          : 'There are too many includes',
        place,
      )
      draft.unknown.add(`the include ${name} was not followed`)
      return
    }
    this.#includes++
    const found = this.#text(name)
    if (found === undefined) {
      if (ifExists && this.#include) return
      draft.unknown.add(`the include ${name} was not found`)
      if (!ifExists && this.#missing.length < 1000) this.#missing.push({ place, name })
      return
    }
    const depth = within.depth + 1
    if ('items' in found) return use({ parsed: found, seen: within.seen, depth })
    for (const inner of found.toSorted()) this.#open(inner, false, place, { ...within, depth }, draft, use)
  }
  #text(name: string): ParsedText | readonly string[] | undefined {
    const { texts } = this.#cache
    if (texts.has(name)) return texts.get(name)
    const found = this.#include?.(name)
    const result = typeof found === 'string' ? parseText(name, found) : found
    texts.set(name, result)
    return result
  }

  /** The profiles of a draft, which are finished only now, as their names may hold variables. */
  #profiles(
    draft: Draft,
    parent: AppArmorProfile | { name: string } | undefined,
    inherited: ReadonlySet<string>,
  ): AppArmorProfile[] {
    const names = new Set<string>()
    return draft.nodes.flatMap(({ node, within }) => {
      if (names.has(node.name)) {
        this.#mistake(`There are two profiles of the name ${JSON.stringify(node.name.slice(0, 80))}`, node.place)
        return []
      }
      names.add(node.name)
      return [this.#profile(node, within, parent?.name, inherited)]
    })
  }
  #profile(
    node: ProfileNode,
    within: Within,
    parent: string | undefined,
    inherited: ReadonlySet<string>,
  ): AppArmorProfile {
    const label = readLabel(node.name)
    if (label.wrong !== undefined) this.#mistake(label.wrong, node.place)
    if (node.form === 'path') {
      if (parent !== undefined) this.#mistake('A profile within a profile begins with "profile" or "hat"', node.place)
      else if (!label.name.startsWith('/') && label.namespace === undefined)
        this.#mistake('The name of a profile begins with /, or has "profile" before it', node.place)
    }
    const draft: Draft = { name: label.name, rules: [], nodes: [], unknown: new Set(inherited) }
    const expand = (text: string): string => this.#expand(text, draft, node.place)
    if (node.name.includes('@{profile_name}')) this.#mistake('The name of a profile cannot hold itself', node.place)
    for (const flag of node.flags) {
      const [key = '', path = '/'] = flag.name.split('=')
      if (key.startsWith('attach_disconnected') && !expand(path).startsWith('/'))
        this.#mistake(`The path of the flag ${key} begins with /`, flag.place)
    }
    const own = expand(label.name)
    const name = parent === undefined ? own : `${parent}//${own}`
    const named: Draft = { ...draft, name }
    const attachment = node.attachment === undefined ? undefined : expand(node.attachment)
    this.#glob(
      collapseSlashes(attachment ?? own.slice(own.lastIndexOf('//') < 0 ? 0 : own.lastIndexOf('//') + 2)),
      node.place,
    )
    const before = this.#variables
    this.#body(node.items, { parsed: within.parsed, seen: new Set(), depth: within.depth }, named, undefined)
    const mode = [...MODES, ...NEW_MODES].find((one) => node.flags.some((flag) => flag.name === one))
    const modePlace = node.flags.find((flag) => flag.name === mode)?.place ?? node.place
    const children = this.#profiles(named, { name }, new Set([...inherited].filter(() => before === this.#variables)))
    this.#checkTransitions(named.rules, node.place)
    this.#checkChanges(named.rules)
    const abi = this.#abi
    return {
      kind: 'profile',
      name,
      place: node.place,
      form: node.form,
      mode: mode ?? 'enforce',
      modePlace,
      flags: node.flags.map((flag) => flag.name),
      rules: named.rules,
      children,
      unknown: [...named.unknown],
      ...(label.namespace !== undefined && { namespace: label.namespace }),
      ...(attachment !== undefined && { attachment }),
      ...(abi !== undefined && { abi }),
    }
  }

  /** `outer`: the qualifiers of the block around, in which only rules for files count. */
  #body(items: readonly Item[], within: Within, draft: Draft, outer: Qualifiers | undefined): void {
    for (const item of items) {
      switch (item.kind) {
        case 'include':
          this.#open(item.name, item.ifExists, item.place, within, draft, (inner) => {
            this.#enter(inner.parsed)
            this.#body(inner.parsed.items, inner, draft, outer)
          })
          break
        case 'profile':
          if (outer === undefined) draft.nodes.push({ node: item, within })
          break
        case 'if': {
          const chosen = this.#choose(item, draft)
          if (chosen) this.#body(chosen, within, draft, outer)
          break
        }
        case 'block':
          this.#body(item.items, within, draft, outer === undefined ? item.qualifiers : joined(outer, item.qualifiers))
          break
        case 'abi':
          break
        case 'alias':
        case 'assignment':
        case 'boolean':
          this.#mistake('Variables and aliases stand before the first profile, not in one', item.place)
          break
        default:
          if (++this.#rules > MOST_RULES) {
            draft.unknown.add('it has too many rules')
            return
          }
          this.#rule(item, draft, outer)
      }
    }
  }
  #choose(item: Extract<Item, { kind: 'if' }>, draft: Draft): readonly Item[] | undefined {
    for (const { when, items } of item.branches) {
      const holds = this.#variables.evaluate(when)
      if (holds === true) return items
      if (holds === false) {
        if (!asksUndefined(when) || draft.unknown.size === 0) continue
      }
      if (typeof holds === 'object' && draft.unknown.size === 0) {
        this.#mistake(`\${${holds.undeclared}} stands in a condition and was never declared`, item.place)
        return undefined
      }
      draft.unknown.add(`a condition in line ${item.place.line} cannot be settled`)
      return undefined
    }
    return item.otherwise
  }

  #rule(rule: Rule, draft: Draft, outer: Qualifiers | undefined): void {
    const expand = (text: string): string => this.#expand(text, draft, rule.place)
    if (rule.kind === 'file') {
      const qualifiers = outer === undefined ? rule.qualifiers : joined(outer, rule.qualifiers)
      const path = collapseSlashes(rule.path.includes('@{') ? expand(rule.path) : rule.path)
      const linkTo = rule.linkTo === undefined ? undefined : collapseSlashes(expand(rule.linkTo))
      this.#glob(path, rule.place)
      if (linkTo !== undefined) this.#glob(linkTo, rule.place)
      const settled: FileRule =
        path === rule.path && linkTo === rule.linkTo && qualifiers === rule.qualifiers
          ? rule
          : { ...rule, path, qualifiers, ...(linkTo !== undefined && { linkTo }) }
      draft.rules.push(settled)
      for (const { from, to } of this.#aliases) {
        const aliased = path.startsWith(from)
        const linked = linkTo?.startsWith(from) ?? false
        if (!aliased && !linked) continue
        draft.rules.push({
          ...settled,
          path: aliased ? to + path.slice(from.length) : path,
          ...(linkTo !== undefined && { linkTo: linked ? to + linkTo.slice(from.length) : linkTo }),
        })
      }
      return
    }
    // Parsers forget rules of other kinds that stand in a block.
    if (outer !== undefined) return
    const each = (list: readonly Condition[], alsoGlobs: boolean): readonly Condition[] =>
      list.map((condition) => {
        const values = condition.values.map(expand)
        if (alsoGlobs) for (const value of values) this.#glob(value, rule.place)
        return { ...condition, values }
      })
    const path = (text: string | undefined): string | undefined => {
      if (text === undefined) return undefined
      const expanded = collapseSlashes(expand(text))
      this.#glob(expanded, rule.place)
      return expanded
    }
    switch (rule.kind) {
      case 'mount':
      case 'remount':
      case 'umount': {
        const source = path(rule.source)
        const target = path(rule.target)
        const conditions = rule.conditions.map((one) =>
          one.name.endsWith('fstype') ? (each([one], true)[0] ?? one) : one,
        )
        draft.rules.push({
          ...rule,
          conditions,
          ...(source !== undefined && { source }),
          ...(target !== undefined && { target }),
        })
        return
      }
      case 'pivot_root': {
        const oldRoot = path(rule.oldRoot)
        const newRoot = path(rule.newRoot)
        draft.rules.push({
          ...rule,
          ...(oldRoot !== undefined && { oldRoot }),
          ...(newRoot !== undefined && { newRoot }),
        })
        return
      }
      case 'signal':
      case 'ptrace':
      case 'unix':
      case 'dbus':
      case 'mqueue':
      case 'io_uring':
      case 'userns': {
        if (rule.conditions.length === 0 && rule.peer.length === 0) break
        draft.rules.push({ ...rule, conditions: each(rule.conditions, true), peer: each(rule.peer, true) })
        return
      }
      case 'change_profile': {
        const target = expand(rule.target)
        const exec = rule.exec === undefined ? undefined : expand(rule.exec)
        this.#glob(target, rule.place)
        if (exec !== undefined) this.#glob(exec, rule.place)
        draft.rules.push({ ...rule, target, ...(exec !== undefined && { exec }) })
        return
      }
      default:
    }
    draft.rules.push(rule)
  }

  #expand(text: string, draft: Draft, place: Place): string {
    const automatic = /@\{(?:attach_path|exec_path)\}/.exec(text)
    if (automatic && !this.#variables.hasSet(automatic[0].slice(2, -1))) {
      // AppArmor 4.1: the path of the program, which depends on the attachment.
      if (this.#newer.length < 1000) this.#newer.push({ what: automatic[0], place })
      draft.unknown.add(`${automatic[0]} is known to newer parsers only`)
      return text.replaceAll(/@\{\w+\}/g, NOTHING)
    }
    const found = this.#variables.expand(text, draft.name)
    if ('text' in found) return found.text
    if ('mistake' in found) this.#mistake(found.mistake, place)
    else if ('tooLong' in found) draft.unknown.add(`@{${found.tooLong}} has too many values`)
    else if (this.#top.unknown.size > 0 || draft.unknown.size > 0)
      draft.unknown.add(`@{${found.undeclared}} is not known`)
    else this.#mistake(`@{${found.undeclared}} is used and never declared`, place)
    // What it would match is not known: it stands for nothing, and the draft says so.
    return text.replace(/@\{\w+\}/g, NOTHING)
  }
  #glob(text: string, place: Place): void {
    const { globs } = this.#cache
    let wrong = globs.get(text)
    if (wrong === undefined && !globs.has(text)) {
      wrong = checkGlob(text)
      if (globs.size < GLOBS_KEPT && text.length < 500) globs.set(text, wrong)
    }
    if (wrong !== undefined)
      this.#mistake(
        `${JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text)} is no valid glob: ${wrong}`,
        place,
      )
  }
  /** change_profile at exec, with the environment scrubbed in one rule and not in another. */
  #checkChanges(rules: readonly Rule[]): void {
    const unsafe = new Map<string, boolean>()
    for (const rule of rules) {
      if (rule.kind !== 'change_profile' || rule.exec === undefined || rule.qualifiers.deny) continue
      const key = `${rule.exec}\0${rule.target}`
      const before = unsafe.get(key)
      if (before !== undefined && before !== (rule.scrub === false))
        this.#mistake('Two rules change the profile at the same program, one of them unsafe', rule.place)
      unsafe.set(key, rule.scrub === false)
    }
  }
  #checkTransitions(rules: readonly Rule[], place: Place): void {
    const targets = new Set(
      rules.flatMap((rule) => (rule.kind === 'file' && rule.target !== undefined ? [rule.target] : [])),
    )
    if (targets.size > MOST_TRANSITIONS)
      this.#mistake(`A profile names at most ${MOST_TRANSITIONS} other profiles to change to`, place)
    const conflict = conflictingTransitions(rules)
    if (conflict)
      this.#mistake(
        `This rule executes ${JSON.stringify(conflict.rule.path.slice(0, 120))} with ${conflict.rule.exec ?? 'x'}, and the rule at ${conflict.other.place.file}:${conflict.other.place.line} executes the same with ${conflict.other.exec ?? 'x'}`,
        conflict.rule.place,
      )
  }
}

/** In a glob: a NUL, which no name holds, so that nothing matches. */
const NOTHING = '\\000'
const withReason = (profile: AppArmorProfile, reason: string): AppArmorProfile => ({
  ...profile,
  unknown: [...profile.unknown, reason],
  children: profile.children.map((child) => withReason(child, reason)),
})

const asksUndefined = (when: Parameters<Variables['evaluate']>[0]): boolean =>
  when.op === 'defined set' || when.op === 'defined boolean' || (when.op === 'not' && asksUndefined(when.of))

/** The qualifiers of a block and of a rule in it. */
const joined = (outer: Qualifiers, inner: Qualifiers): Qualifiers => {
  const owner = inner.owner ?? outer.owner
  return {
    audit: outer.audit || inner.audit,
    deny: inner.deny,
    priority: inner.priority,
    prompt: inner.prompt || outer.prompt,
    ...(owner !== undefined && { owner }),
  }
}

/** `:namespace:name`, `:namespace://name` or `name`. */
function readLabel(label: string): { name: string; namespace?: string; wrong?: string } {
  if (label.startsWith('&')) return { name: label.slice(1), wrong: 'The name of a profile does not begin with &' }
  if (!label.startsWith(':'))
    return label === '' ? { name: label, wrong: 'The name of the profile is empty' } : { name: label }
  const end = label.indexOf(':', 1)
  if (end < 0) return { name: label, wrong: 'The namespace of the profile does not end with a :' }
  const namespace = label.slice(1, end)
  const name = label.slice(end + 1).replace(/^\/\//, '')
  if (namespace === '') return { name, wrong: 'The namespace of the profile is empty' }
  return name === '' ? { name, namespace, wrong: 'The name of the profile is empty' } : { name, namespace }
}
