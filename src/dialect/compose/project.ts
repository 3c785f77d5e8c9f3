/**
 * A project as `docker compose` would load it: files merged in order, with what they include and extend and the variables of
 * `.env`. https://github.com/compose-spec/compose-spec/blob/main/14-include.md and 13-merge.md
 */
import { posix } from 'node:path'
import { child, elements, entries, isList, isMap, type Node } from '../../document/node.ts'
import type { Notice } from '../../model/notice.ts'
import type { About, Files, Want } from '../dialect.ts'
import { isVoid, rawText } from '../docker/piece.ts'
import { Extension, servicesOf } from './extend.ts'
import { interpolate, type Lookup, type Setting } from './interpolate.ts'
import { mergeDocuments, withoutTags } from './merge.ts'
import { fromWorkingDirectory, moveDocument } from './path.ts'
import { mainOf, overridesOf, unmergedOf } from './override.ts'
import { dotenv, normal, Sources } from './source.ts'
import { unique } from './unique.ts'
import { addSettings } from './variables.ts'

const MAX_INCLUDES = 100
const IMPORTED = ['services', 'jobs', 'volumes', 'networks', 'secrets', 'configs', 'models']

export interface Project {
  /** The document that all files together make. Paths in it start in the folder of the main document. */
  readonly root: Node
  readonly lookup: Lookup
  readonly sources: Sources
  readonly notices: readonly Notice[]
  /** It is read with this file, which it overrides. */
  readonly partOf?: string
}

/** Loads the project of a main document with the files that are there; `sources.wanted` says what else it asks for. */
export function loadProject(root: Node, files: Files, about: About): Project {
  const sources = new Sources(files)
  const settings = settingsOf(root, sources, about)
  const lookup: Lookup = (name) => settings.get(name)
  const notices: Notice[] = []
  const partOf = mainOf(about, sources, lookup)
  if (partOf !== undefined) return { root, lookup, sources, notices, partOf }
  const loading = new Loading(root, sources, notices)
  const others = overridesOf(about, sources, lookup)
  const unmerged = unmergedOf(about, sources)
  if (unmerged !== undefined)
    notices.push({
      id: 'compose-override-unmerged',
      place: root.place,
      message: `${unmerged} stands beside this file and was not merged, as docker compose -f does not; docker compose up does. Scan the folder, or give both: compose:${about.file},${unmerged}`,
      lost: false,
    })
  return { root: loading.model(['', ...others], '.', lookup, []), lookup, sources, notices }
}

/** Stack files merged in order: variables are the shell's alone, and nothing is included or extended. */
export function loadStack(root: Node, files: Files, about: About): Project {
  const sources = new Sources(files)
  const lookup: Lookup = () => undefined
  const others = (about.options.composeFiles ?? []).map((path) =>
    sources.read(fromWorkingDirectory(path, about), { given: true }),
  )
  const whole = [root, ...others.filter((one) => one !== undefined)]
    .map((one) => interpolate(one, lookup))
    .reduce(mergeDocuments)
  return { root: withUnique(withoutTags(whole)), lookup, sources, notices: [] }
}

/** `.env` beside the file, or what the user names instead; and the project's name, which Compose sets too. */
function settingsOf(root: Node, sources: Sources, about: About): ReadonlyMap<string, Setting> {
  const settings = new Map<string, Setting>()
  const none: Lookup = () => undefined
  const named = about.options.envFiles ?? []
  const read = (path: string, how: Omit<Want, 'path'>): void => {
    const file = sources.read(path, how)
    if (file) addSettings(file, settings, none)
  }
  if (named.length === 0) read('.env', { ...dotenv(), optional: true })
  for (const path of named) read(fromWorkingDirectory(path, about), { ...dotenv(), given: true })
  const name = child(root, 'name')
  const text = name.unknown === undefined ? rawText(name) : undefined
  if (text !== undefined && !text.includes('$') && !settings.has('COMPOSE_PROJECT_NAME'))
    settings.set('COMPOSE_PROJECT_NAME', { value: text, place: name.place })
  return settings
}

class Loading {
  readonly #main: Node
  readonly #sources: Sources
  readonly #notices: Notice[]
  #includes = 0

  constructor(main: Node, sources: Sources, notices: Notice[]) {
    this.#main = main
    this.#sources = sources
    this.#notices = notices
  }

  /**
   * Files merged in order, all paths starting in one folder. `paths` start at the main document, which is the empty one.
   * `trail` are the files that include this one.
   */
  model(paths: readonly string[], folder: string, lookup: Lookup, trail: readonly string[]): Node {
    let model: Node | undefined
    for (const path of paths) {
      const raw = path === '' ? this.#main : this.#sources.read(path)
      if (!raw) continue
      const written = interpolate(raw, lookup)
      const included = this.#included(written, folder, lookup, [...trail, path])
      const extension = new Extension(included, folder, this.#sources, lookup)
      const whole = extension.all()
      this.#notices.push(...extension.notices)
      // After each file: what another then says again counts again.
      model = withUnique(model ? mergeDocuments(model, whole) : whole)
    }
    return withoutTags(model ?? this.#main)
  }

  #included(root: Node, folder: string, lookup: Lookup, trail: readonly string[]): Node {
    const include = child(root, 'include')
    if (isVoid(include) || !isMap(root) || servicesOf(root) === root) return root
    if (!isList(include)) {
      this.#lost(include, `\`include\` is not a list (${include.unknown ?? 'what it names is not known'})`)
      return root
    }
    let model: Node = { ...root, value: new Map([...root.value].filter(([key]) => key !== 'include')) }
    for (const one of elements(include)) {
      const imported = this.#import(one, folder, lookup, trail)
      if (imported) model = withImported(imported, model)
    }
    return model
  }

  #import(include: Node, folder: string, lookup: Lookup, trail: readonly string[]): Node | undefined {
    const written = isMap(include) ? child(include, 'path') : include
    const paths = textsOf(written)
    if (!paths || paths.length === 0)
      return this.#lost(include, `what is included is not known (${written.unknown ?? 'no path is written'})`)
    const remote = paths.find((path) => /^(?:[a-z][a-z0-9+.-]*:\/\/|git@|oci:)/i.test(path))
    if (remote !== undefined) return this.#lost(include, `the file ${remote} that is included is not on this machine`)
    this.#includes += 1
    if (this.#includes > MAX_INCLUDES) return this.#lost(include, `more than ${MAX_INCLUDES} files are included`)
    const at = (path: string): string => (posix.isAbsolute(path) ? path : normal(posix.join(folder, path)))
    const files = paths.map(at)
    const [first = ''] = files
    if (trail.includes(first)) return this.#lost(include, `files include each other in a circle (${first})`)
    // What is asked for here is told of here.
    const known = files.map((path) => this.#sources.read(path, { place: written.place }))
    const project = isMap(include) ? child(include, 'project_directory') : undefined
    const directory = project && !isVoid(project) ? rawText(project) : undefined
    if (project?.unknown !== undefined)
      return this.#lost(project, `its project directory is not known (${project.unknown})`)
    const inner = directory === undefined ? posix.dirname(first) : at(directory)
    const settings = this.#settings(include, inner, at, lookup)
    if (!known.some((file) => file !== undefined))
      return this.#lost(include, `the file ${first} that is included was not read`)
    const model = this.model(files, inner, (name) => lookup(name) ?? settings.get(name), trail)
    const way = posix.isAbsolute(inner) ? inner : posix.relative(folder, inner)
    return moveDocument(model, way === '' ? '.' : way)
  }

  /** The variables of an included file: what is set outside goes first. */
  #settings(include: Node, inner: string, at: (path: string) => string, lookup: Lookup): ReadonlyMap<string, Setting> {
    const settings = new Map<string, Setting>()
    const node = isMap(include) ? child(include, 'env_file') : undefined
    const named = node && !isVoid(node) ? textsOf(node) : undefined
    const files = named
      ? named.filter((path) => path !== '/dev/null').map((path) => this.#sources.read(at(path), dotenv(node?.place)))
      : [this.#sources.read(posix.join(inner, '.env'), { ...dotenv(), optional: true })]
    for (const file of files) if (file) addSettings(file, settings, lookup)
    return settings
  }

  #lost(node: Node, what: string): undefined {
    this.#notices.push({
      id: 'compose-include-unread',
      place: node.place,
      message: `${what[0]?.toUpperCase() ?? ''}${what.slice(1)}, so the services there were not checked. Mend it, or scan the output of: docker compose config`,
      lost: true,
    })
    return undefined
  }
}

/** One text or a list of them; undefined where one is not known. */
function textsOf(node: Node): readonly string[] | undefined {
  const list = isList(node) ? elements(node) : [node]
  const texts = list.flatMap((one) => (one.unknown === undefined ? (rawText(one) ?? []) : []))
  return texts.length === list.length ? texts : undefined
}

/** What is imported, with what the document itself says of it merged over it. */
function withImported(imported: Node, model: Node): Node {
  if (!isMap(imported) || !isMap(model)) return model
  const only = new Map([...imported.value].filter(([key]) => IMPORTED.includes(key)))
  const base: Node = { ...imported, value: only }
  const whole = mergeDocuments(base, model)
  return isMap(whole) ? { ...model, value: whole.value } : model
}

/** Every service with lists that hold one element for each target, port or name. */
function withUnique(root: Node): Node {
  const services = servicesOf(root)
  const each = (node: Node): Node => {
    let changed = false
    const value = new Map(
      entries(node).map(([key, service]) => {
        const next = unique(service)
        if (next !== service) changed = true
        return [key, next]
      }),
    )
    return changed ? { ...node, value } : node
  }
  if (services === root) return each(root)
  return ['services', 'jobs'].reduce((whole, key) => {
    const before = child(whole, key)
    const after = each(before)
    return after === before || !isMap(whole) ? whole : { ...whole, value: new Map([...whole.value, [key, after]]) }
  }, root)
}
