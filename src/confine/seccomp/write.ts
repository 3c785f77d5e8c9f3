/** A profile as engines read it. */
import type { SeccompProfile, SeccompRule } from './profile.ts'

/** JSON in the engines' form, two spaces, ending with a line end; 64-bit numbers by all their digits. What is empty is left out. */
export function profileJson(profile: SeccompProfile): string {
  const {
    defaultAction,
    defaultErrnoRet,
    defaultErrno,
    architectures,
    archMap,
    flags,
    listenerPath,
    listenerMetadata,
  } = profile
  return `${write(
    {
      defaultAction,
      defaultErrnoRet,
      defaultErrno,
      architectures: filled(architectures),
      archMap: filled(archMap),
      flags: filled(flags),
      listenerPath,
      listenerMetadata,
      syscalls: profile.syscalls.map(ruleOf),
    },
    '',
  )}\n`
}

const ruleOf = ({ names, action, errnoRet, errno, args, comment, includes, excludes }: SeccompRule): object => ({
  names,
  action,
  errnoRet,
  errno,
  args: filled(args),
  comment: comment === '' ? undefined : comment,
  includes: conditionOf(includes),
  excludes: conditionOf(excludes),
})
const conditionOf = (condition: SeccompRule['includes']): object | undefined => {
  if (!condition) return undefined
  const { caps, arches, minKernel } = condition
  return { caps: filled(caps), arches: filled(arches), minKernel: minKernel?.join('.') }
}
const filled = <T>(list: readonly T[]): readonly T[] | undefined => (list.length > 0 ? list : undefined)

/** JSON.stringify with bigints. */
function write(value: unknown, indent: string): string {
  const inner = `${indent}  `
  if (typeof value === 'bigint') return String(value)
  if (Array.isArray(value))
    return value.length === 0 ? '[]' : `[\n${value.map((one) => inner + write(one, inner)).join(',\n')}\n${indent}]`
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, one]) => one !== undefined)
    if (entries.length === 0) return '{}'
    return `{\n${entries.map(([key, one]) => `${inner}${quote(key)}: ${write(one, inner)}`).join(',\n')}\n${indent}}`
  }
  return typeof value === 'string' ? quote(value) : JSON.stringify(value)
}

/** With what is not ASCII by its number: nothing in a profile moves a cursor or turns a line around. */
const quote = (text: string): string =>
  JSON.stringify(text).replace(/[^ -~]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)
