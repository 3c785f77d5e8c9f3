/**
 * Specifications of gems as Gem::Specification#to_ruby writes them (github.com/rubygems/rubygems): a Ruby program, of which only
 * assignments of plain texts are understood. Nothing is run.
 */
import { linesOf } from './lines.ts'

export interface Gemspec {
  readonly name: string
  /** Without the platform. */
  readonly version: string
  /** `ruby`, `x86_64-linux`, `java`; empty where it is not said. */
  readonly platform: string
  readonly licences: readonly string[]
  /** Of the name, from 1. */
  readonly line: number
}

const ASSIGNED = /^\s*(?:\w+)\.(name|version|platform|licenses?)\s*=\s*(.+)$/
/** `"1.0".freeze`, `'1.0'`, `%q{1.0}`, `Gem::Version.new("1.0")` */
const TEXT =
  /^(?:Gem::(?:Version|Platform)\.(?:new|create)\s*\(?\s*)?(?:"((?:[^"\\#]|\\.)*)"|'([^'\\]*)'|%[qQ]?[<{([]([^>})\]]*)[>})\]])/
/** `# stub: NAME VERSION PLATFORM PATHS`, which RubyGems itself reads in the place of the program. */
const STUB = /^# stub: (\S+) (\S+) (\S+)/
/** Licences that are kept. */
const MAX_LICENCES = 100

export function gemspecOf(body: Buffer, path: string): Gemspec {
  const found = { name: '', version: '', platform: '', licences: [] as readonly string[], line: 0 }
  let stub: RegExpExecArray | null = null
  let stubLine = 1
  for (const { text, number } of linesOf(body)) {
    if (text.startsWith('# stub:') && !stub) {
      stub = STUB.exec(text)
      stubLine = number
      continue
    }
    const [, field, value = ''] = ASSIGNED.exec(text) ?? []
    if (field === undefined) continue
    if (field === 'name') {
      found.name ||= textOf(value)
      found.line ||= number
    } else if (field === 'version') found.version ||= textOf(value)
    else if (field === 'platform') found.platform ||= textOf(value)
    else if (found.licences.length === 0) found.licences = textsOf(value)
  }
  const name = found.name || stub?.[1] || ''
  return {
    name,
    version: found.version || stub?.[2] || versionIn(path, name),
    platform: found.platform || stub?.[3] || '',
    licences: found.licences,
    line: found.line || stubLine,
  }
}

function textOf(value: string): string {
  const match = TEXT.exec(value)
  return (match?.[1]?.replace(/\\(.)/g, '$1') ?? match?.[2] ?? match?.[3] ?? '').trim()
}

/** `["MIT".freeze, "Ruby".freeze]`, `%w[MIT Ruby]`, or one text. */
function textsOf(value: string): readonly string[] {
  const words = /^%w[<{([]([^>})\]]*)/.exec(value)?.[1]
  if (words !== undefined) return words.split(/\s+/, MAX_LICENCES).filter((one) => one !== '')
  const list = value.startsWith('[')
    ? [...value.matchAll(/"([^"\\]*)"|'([^'\\]*)'/g)].map((m) => m[1] ?? m[2] ?? '')
    : [textOf(value)]
  return [...new Set(list.slice(0, MAX_LICENCES).map((one) => one.trim()))].filter((one) => one !== '')
}

/** RubyGems names the file after the gem: `NAME-VERSION.gemspec`. For programs that compute their version. */
function versionIn(path: string, name: string): string {
  const file = path.slice(path.lastIndexOf('/') + 1, -'.gemspec'.length)
  const rest = name !== '' && file.startsWith(`${name}-`) ? file.slice(name.length + 1) : ''
  return /^\d[\w.]*/.exec(rest)?.[0] ?? ''
}
