/** One requirement as pip reads it: a specifier of PEP 508, or an address or a path. */
export interface Requirement {
  readonly name: string
  /** Empty where none is pinned. */
  readonly version: string
}

/** PEP 508: a name begins and ends with a letter or a digit. */
const NAME = /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*(.*)$/
/** `==1.0`, `===1.0`; `==1.*` pins nothing. */
const PIN = /^={2,3}\s*([^\s*,;]+)$/
/** `name-1.0-py3-none-any.whl` (PEP 427), after a slash or at the beginning. */
const WHEEL = /(?:^|[\\/])([A-Za-z0-9][A-Za-z0-9._]*)-([A-Za-z0-9._+!%]+)(?:-\d[^-]*)?-[^-/]+-[^-/]+-[^-/]+\.whl$/

/** Undefined for what names no package: a comment, an option, a path without a name. */
export function requirementOf(text: string): Requirement | undefined {
  let line = withoutComment(text).replaceAll(/\s+/g, ' ').trim()
  const editable = /^(?:-e|--editable)(?:\s+|=)(.+)$/.exec(line)
  if (editable) line = editable[1]?.trim() ?? ''
  else if (line === '' || line.startsWith('-')) return undefined
  // Options of one requirement: --hash, --config-settings.
  line = line.split(/\s--[a-z]/, 1)[0]?.trim() ?? ''
  const egg = /[#&]egg=([A-Za-z0-9._-]+)/.exec(line)
  if (egg?.[1]) return { name: egg[1], version: '' }
  const at = /^([^@\s[]+)\s*(?:\[[^\]]*\])?\s*@\s*(\S+)/.exec(line)
  if (at && NAME.test(at[1] ?? '') && !(at[1] ?? '').includes('/')) {
    const wheel = wheelOf(at[2] ?? '')
    return { name: at[1] ?? '', version: wheel?.version ?? '' }
  }
  const [specifier = ''] = line.split(';', 1)
  const wheel = wheelOf(specifier)
  if (wheel) return wheel
  if (/:\/\/|^\.{0,2}\/|[\\/]/.test(specifier)) return undefined
  const match = NAME.exec(specifier.trim())
  const [, name = '', rest = ''] = match ?? []
  // What follows a name is the versions, in brackets or not; anything else is no requirement.
  if (name === '' || !/^(?:$|[(<>=!~])/.test(rest)) return undefined
  const clauses = rest.replace(/^\(|\)$/g, '').split(',')
  const pin = clauses.map((clause) => PIN.exec(clause.trim())?.[1]).find((version) => version !== undefined)
  return { name, version: pin ?? '' }
}

/** A number sign begins a comment at the beginning and after a blank: within an address it does not. */
const withoutComment = (text: string): string => text.replace(/(?:^|\s)#.*$/, '')

function wheelOf(address: string): Requirement | undefined {
  const [path = ''] = address.trim().split(/[?#]/, 1)
  if (!path.endsWith('.whl')) return undefined
  const match = WHEEL.exec(path)
  const [, name = '', version = ''] = match ?? []
  return name === '' ? undefined : { name, version: decoded(version) }
}

/** `1.0%2Bcpu` in an address is `1.0+cpu`. */
const decoded = (text: string): string => text.replaceAll(/%2b/gi, '+')
