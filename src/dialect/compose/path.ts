/**
 * Paths of a file that is extended or included start where that file is. They are rewritten to start at the project, as
 * Compose does (compose-go's `paths` package), so that every path of a project means one place.
 */
import { posix } from 'node:path'
import { child, isList, isMap, type Node } from '../../document/node.ts'
import type { About } from '../dialect.ts'
import { isVoid, rawText } from '../docker/piece.ts'

/** A path below a folder, as it is written from outside: `./data` in `lib` is `./lib/data`. Absolute ones stay. */
export function below(folder: string, path: string): string {
  if (folder === '.' || folder === '' || !isRelative(path)) return path
  const joined = posix.join(folder, path)
  return joined.startsWith('.') || posix.isAbsolute(joined) ? joined : `./${joined}`
}
const isRelative = (path: string): boolean => path !== '' && !/^(?:[/~\\]|[A-Za-z]:|\uFFFC)/.test(path)

/** A path from the working directory as one from the document. */
export const fromWorkingDirectory = (path: string, about: About): string =>
  posix.isAbsolute(path) ? path : posix.relative(posix.dirname(about.file), path)

/** A build context that is an address, an image, or another service, is no path. */
export const isRemote = (context: string): boolean =>
  /:\/\/|^(?:service:|docker-image:|github\.com\/|git@)/.test(context)

/** What a path is rewritten by; `defaults` says that a context that is not written is the folder itself. */
interface Move {
  readonly folder: string
  readonly defaults: boolean
}

const moved = (node: Node, folder: string): Node => {
  // `.` alone is a number in YAML 1.1.
  const text = rawText(node)
  return text === undefined || isVoid(node) ? node : { ...node, value: below(folder, text) }
}
const change = (node: Node, key: string, to: (node: Node) => Node): Node => {
  if (!isMap(node)) return node
  const before = node.value.get(key)
  if (!before || isVoid(before)) return node
  const after = to(before)
  return after === before ? node : { ...node, value: new Map([...node.value, [key, after]]) }
}
const each =
  (to: (node: Node) => Node) =>
  (node: Node): Node =>
    isList(node)
      ? { ...node, value: node.value.map(to) }
      : isMap(node)
        ? { ...node, value: new Map([...node.value].map(([key, one]) => [key, to(one)])) }
        : node

/** `./data:/data`, or `{ type: bind, source: ./data }`: what begins with a dot is a path, all else the name of a volume. */
const volume =
  (folder: string) =>
  (node: Node): Node => {
    if (isMap(node))
      return rawText(child(node, 'type')) === 'bind' ? change(node, 'source', (source) => moved(source, folder)) : node
    const text = rawText(node)
    if (text === undefined || !text.startsWith('.')) return node
    const sign = text.indexOf(':')
    return sign < 0 ? node : { ...node, value: `${below(folder, text.slice(0, sign))}${text.slice(sign)}` }
  }

const context =
  (folder: string) =>
  (node: Node): Node =>
    isRemote(rawText(node) ?? '') ? node : moved(node, folder)

function build(node: Node, { folder, defaults }: Move): Node {
  if (!isMap(node)) return context(folder)(node)
  const written = change(node, 'context', context(folder))
  if (!defaults || !isMap(written) || !isVoid(child(written, 'context'))) return written
  const here: Node = { place: node.place, path: [...node.path, 'context'], value: below(folder, '.') }
  return { ...written, value: new Map([...written.value, ['context', here]]) }
}

const envFile =
  (folder: string) =>
  (node: Node): Node =>
    isMap(node) ? change(node, 'path', (path) => moved(path, folder)) : moved(node, folder)

/** A service whose file lies in that folder. */
export function moveService(service: Node, folder: string, defaults = false): Node {
  if (folder === '.') return service
  return [
    (node: Node) => change(node, 'build', (one) => build(one, { folder, defaults })),
    (node: Node) => change(node, 'volumes', each(volume(folder))),
    (node: Node) =>
      change(node, 'env_file', (files) => (isList(files) ? each(envFile(folder))(files) : envFile(folder)(files))),
    (node: Node) => change(node, 'extends', (extended) => change(extended, 'file', (file) => moved(file, folder))),
  ].reduce((node, to) => to(node), service)
}

/** A document whose file lies in that folder. */
export function moveDocument(root: Node, folder: string): Node {
  if (folder === '.') return root
  const service = (node: Node): Node => moveService(node, folder, true)
  const file = (node: Node): Node => change(node, 'file', (path) => moved(path, folder))
  const driver = (node: Node): Node =>
    change(node, 'driver_opts', (options) =>
      /\br?bind\b/.test(rawText(child(options, 'o')) ?? '')
        ? change(options, 'device', (device) => moved(device, folder))
        : options,
    )
  return [
    (node: Node) => change(node, 'services', each(service)),
    (node: Node) => change(node, 'jobs', each(service)),
    (node: Node) => change(node, 'secrets', each(file)),
    (node: Node) => change(node, 'configs', each(file)),
    (node: Node) => change(node, 'volumes', each(driver)),
  ].reduce((node, to) => to(node), root)
}

/**
 * The profile of `seccomp=FILE` starts in the project's folder, whichever file says so; readers of profiles start at the file
 * that says it.
 */
export function withOwnProfiles(service: Node, about: About): Node {
  const folder = posix.dirname(about.file)
  return change(service, 'security_opt', (options) =>
    each((option) => {
      const text = rawText(option)
      const [, name = '', path = ''] = /^(seccomp[=:])(?!unconfined$|builtin$|\s*\{)(.+)$/s.exec(text ?? '') ?? []
      const from = posix.dirname(option.place.file)
      if (name === '' || from === folder || !isRelative(path)) return option
      return { ...option, value: `${name}${posix.relative(from, posix.join(folder, path))}` }
    })(options),
  )
}
