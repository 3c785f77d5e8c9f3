/**
 * The intrinsic functions of CloudFormation, as far as a template alone answers them: parameters with a default, conditions and
 * mappings of these, texts put together. The rest is known when the stack is made, and a hole stands for it.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
 */
import { child, elements, entries, isList, isMap, textOf, type Node } from '../../document/node.ts'
import { HOLE, isVoid, rawText } from '../docker/piece.ts'

/** Nodes that one template may become: an anchor met in many places is resolved once. */
const MAX_NODES = 500_000
/** How deep conditions may name one another. */
const MAX_CONDITIONS = 20

/** What is looked up elsewhere when the stack is made. */
const DYNAMIC = /\{\{resolve:([a-z-]+):[^{}]*\}\}/g

export class Template {
  readonly #root: Node
  readonly #resolved = new Map<Node, Node | undefined>()
  readonly #truths = new Map<Node, boolean | undefined>()
  #count = 0

  constructor(root: Node) {
    this.#root = root
  }

  /** The node without functions: what is not known has the reason, and `AWS::NoValue` is not there any more. */
  resolve(node: Node): Node {
    return this.#value(node) ?? { place: node.place, path: node.path, value: null, missing: true }
  }

  /** Undefined where it is `AWS::NoValue`. */
  #value(node: Node): Node | undefined {
    if (this.#resolved.has(node)) return this.#resolved.get(node)
    this.#count += 1
    const value = this.#count > MAX_NODES ? hole(node, 'the template is too large') : this.#once(node)
    this.#resolved.set(node, value)
    return value
  }

  #once(node: Node): Node | undefined {
    const call = callOf(node)
    if (call && call.name !== 'Condition') return this.#call(node, call.name, call.argument)
    if (isMap(node)) {
      const value = new Map<string, Node>()
      for (const [key, each] of node.value) {
        const inner = this.#value(each)
        if (inner) value.set(key, inner)
      }
      return { ...node, value }
    }
    if (isList(node)) return { ...node, value: node.value.flatMap((each) => this.#value(each) ?? []) }
    return typeof node.value === 'string' ? dynamic(node) : node
  }

  #call(at: Node, name: string, argument: Node): Node | undefined {
    switch (name) {
      case 'Ref':
        return this.#reference(at, rawText(argument) ?? '')
      case 'Sub':
        return this.#substituted(at, argument)
      case 'Join':
        return this.#joined(at, argument)
      case 'Select':
        return this.#selected(at, argument)
      case 'Split':
        return this.#split(at, argument)
      case 'FindInMap':
        return this.#found(at, argument)
      case 'If': {
        const [condition, yes, no] = elements(argument)
        if (!condition || !yes || !no) return hole(at, 'Fn::If needs a condition and two values')
        const said = this.#condition(rawText(condition) ?? '', 0)
        if (said !== undefined) return moved(this.#value(said ? yes : no), at)
        return hole(at, `the condition ${rawText(condition) ?? ''} decides when the stack is made`)
      }
      case 'GetAtt':
        return later(
          at,
          isList(argument) ? argument.value.map((each) => rawText(each) ?? '?').join('.') : textOf(argument),
        )
      case 'ImportValue':
        return hole(at, `${rawText(this.resolve(argument)) ?? 'the value'} is exported by another stack`)
      default:
        return hole(at, `${name} gives its value when the stack is made`)
    }
  }

  /** A parameter's default; the parameter may be given another, as a variable of Compose may. */
  #reference(at: Node, name: string): Node | undefined {
    if (name === 'AWS::NoValue') return undefined
    const parameter = child(child(this.#root, 'Parameters'), name)
    if (isVoid(parameter)) return later(at, name === '' ? undefined : name)
    const type = rawText(child(parameter, 'Type')) ?? 'String'
    const given = child(parameter, 'Default')
    if (isVoid(given) || (isMap(given) && given.value.size === 0))
      return hole(at, `the parameter ${name} has no default`)
    if (type.startsWith('AWS::SSM::')) return hole(at, `the parameter ${name} is looked up in Systems Manager`)
    const text = textOf(given)
    if (text !== undefined && /^(?:CommaDelimitedList|List<.*>)$/.test(type))
      return { ...plain(at), value: text.split(',').map((part, index) => part0(at, index, part.trim())) }
    return moved(given, at)
  }

  /** `${Name}`, `${Resource.Attribute}`, and `${!Literal}`, which stays. */
  #substituted(at: Node, argument: Node): Node {
    const [template, given] = isList(argument) ? argument.value : [argument]
    const text = template && rawText(template)
    if (template === undefined || text === undefined) return hole(at, 'Fn::Sub needs a text')
    const missing = new Set<string>()
    const value = text.replace(/\$\{([^{}]*)\}/g, (_, inner: string) => {
      if (inner.startsWith('!')) return `\${${inner.slice(1)}}`
      const name = inner.trim()
      const own = given && child(given, name)
      const found = own && !isVoid(own) ? this.resolve(own) : this.#reference(at, name)
      const said = found && rawText(found)
      if (found?.unknown !== undefined) missing.add(found.unknown)
      else if (said === undefined) missing.add(`${name} is no text`)
      return said ?? HOLE
    })
    return dynamic(spliced(at, value, missing))
  }

  #joined(at: Node, argument: Node): Node {
    const [between, list] = elements(argument)
    const parts = list && this.resolve(list)
    if (!between || !parts || !isList(parts)) return hole(at, parts?.unknown ?? 'Fn::Join needs a separator and a list')
    const missing = new Set<string>()
    const texts = parts.value.map((part) => {
      const text = rawText(part)
      if (part.unknown !== undefined) missing.add(part.unknown)
      else if (text === undefined) missing.add('a part of Fn::Join is no text')
      return text ?? HOLE
    })
    return dynamic(spliced(at, texts.join(rawText(between) ?? ''), missing))
  }

  #selected(at: Node, argument: Node): Node | undefined {
    const [index, list] = elements(argument)
    const from = list && this.resolve(list)
    if (!index || !from || !isList(from)) return hole(at, from?.unknown ?? 'Fn::Select needs a number and a list')
    const which = rawText(this.resolve(index)) ?? ''
    const one = /^\d{1,6}$/.test(which) ? from.value[Number(which)] : undefined
    return one ? moved(one, at) : hole(at, 'Fn::Select names no element')
  }

  #split(at: Node, argument: Node): Node {
    const [between, text] = elements(argument)
    const whole = text && this.resolve(text)
    const value = whole && rawText(whole)
    const sign = between && rawText(between)
    if (!whole || value === undefined || sign === undefined || sign === '') return hole(at, 'Fn::Split needs two texts')
    if (whole.unknown !== undefined) return hole(at, whole.unknown)
    return { ...plain(at), value: value.split(sign).map((part, index) => part0(at, index, part)) }
  }

  #found(at: Node, argument: Node): Node {
    const keys = elements(argument)
      .slice(0, 3)
      .map((key) => this.resolve(key))
    const open = keys.find((key) => key.unknown !== undefined)
    if (open) return hole(at, open.unknown ?? '')
    const value = keys.reduce((here, key) => child(here, rawText(key) ?? ''), child(this.#root, 'Mappings'))
    return isVoid(value)
      ? hole(at, 'Mappings has no such entry')
      : (moved(value, at) ?? hole(at, 'Mappings has no such entry'))
  }

  /** What a condition is with the parameters' defaults; undefined where they do not tell. */
  #condition(name: string, depth: number): boolean | undefined {
    const node = child(child(this.#root, 'Conditions'), name)
    return isVoid(node) || depth > MAX_CONDITIONS ? undefined : this.#truth(node, depth + 1)
  }
  #truth(node: Node, depth: number): boolean | undefined {
    if (depth > MAX_CONDITIONS) return undefined
    if (!this.#truths.has(node)) {
      // While it is worked out, it is not known: conditions may name one another.
      this.#truths.set(node, undefined)
      this.#truths.set(node, this.#worked(node, depth))
    }
    return this.#truths.get(node)
  }
  #worked(node: Node, depth: number): boolean | undefined {
    const call = callOf(node)
    if (!call) return undefined
    const parts = elements(call.argument)
    const all = (): readonly (boolean | undefined)[] => parts.map((part) => this.#truth(part, depth + 1))
    switch (call.name) {
      case 'Condition':
        return this.#condition(rawText(call.argument) ?? '', depth)
      case 'Not': {
        const [one] = all()
        return one === undefined ? undefined : !one
      }
      case 'And':
        return all().includes(false) ? false : all().includes(undefined) ? undefined : true
      case 'Or':
        return all().includes(true) ? true : all().includes(undefined) ? undefined : false
      case 'Equals': {
        const [one, other] = parts.map((part) => this.resolve(part))
        if (!one || !other || one.unknown !== undefined || other.unknown !== undefined) return undefined
        return textOf(one) === undefined ? undefined : textOf(one) === textOf(other)
      }
      default:
        return undefined
    }
  }
}

/** How many branches of `Fn::If` are looked into for one node. */
const MAX_BRANCHES = 20_000

/** What `Fn::If` may make of this node, whatever its conditions are: both branches, without those that are nothing. */
export function alternatives(node: Node): readonly Node[] {
  const found: Node[] = []
  const open = [node]
  for (let count = 0; count < MAX_BRANCHES; count += 1) {
    const next = open.pop()
    if (!next) break
    const call = callOf(next)
    if (call?.name === 'If') open.push(...elements(call.argument).slice(1, 3).reverse())
    else if (!(call?.name === 'Ref' && call.argument.value === 'AWS::NoValue')) found.push(next)
  }
  return found
}

/** `!Sub x`, `{ Fn::Sub: x }`, `{ Ref: x }`: the name without `Fn::`. */
function callOf(node: Node): { readonly name: string; readonly argument: Node } | undefined {
  if (node.tag !== undefined) return { name: node.tag.replace(/^Fn::/, ''), argument: plain(node) }
  if (!isMap(node) || node.value.size !== 1) return undefined
  const [only] = entries(node)
  if (!only) return undefined
  const [key, argument] = only
  // `Condition` with a text is a function in conditions, and elsewhere a key like any other.
  if (key === 'Ref' || (key === 'Condition' && typeof argument.value === 'string')) return { name: key, argument }
  return key.startsWith('Fn::') ? { name: key.slice(4), argument } : undefined
}

/** The node without its tag. */
const plain = (node: Node): Node => {
  const { tag: _, ...rest } = node
  return rest
}
const hole = (at: Node, because: string): Node => ({ place: at.place, path: at.path, value: HOLE, unknown: because })
const later = (at: Node, name: string | undefined): Node =>
  hole(at, name === undefined ? 'the function names nothing' : `${name} is known when the stack is made`)
const part0 = (at: Node, index: number, value: string): Node => ({
  place: at.place,
  path: [...at.path, index],
  value,
})
/** The value as if it stood here. */
const moved = (node: Node | undefined, at: Node): Node | undefined =>
  node && { ...node, place: at.place, path: at.path }
const spliced = (at: Node, value: string, missing: ReadonlySet<string>): Node => ({
  place: at.place,
  path: at.path,
  value,
  ...(missing.size > 0 && { unknown: [...missing].slice(0, 5).join(', ') }),
})
/** `{{resolve:secretsmanager:...}}` in a text. */
function dynamic(node: Node): Node {
  if (typeof node.value !== 'string' || !node.value.includes('{{resolve:')) return node
  let service = ''
  const value = node.value.replace(DYNAMIC, (_, name: string) => {
    service = name
    return HOLE
  })
  return service === ''
    ? node
    : { ...node, value, unknown: node.unknown ?? `${service} gives the value when the stack is made` }
}
