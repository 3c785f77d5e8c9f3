/** Small texts -> paths, through the real readers, for the tests of escape paths. */
import { oneChange, pathsOf } from '../../src/confine/escape/paths.ts'
import { readExample } from '../../src/example.ts'
import type { EscapePath, OneChange, WaysOut } from '../../src/model/path.ts'
import type { Subject } from '../../src/model/subject.ts'

export type Parts = Readonly<Record<string, string>>

export async function subjectsOf(parts: Parts): Promise<readonly Subject[]> {
  const { world, notices } = await readExample(
    'test',
    Object.entries(parts).map(([dialect, text]) => ({
      dialect,
      text,
      locate: (line: number, column: number) => ({ file: dialect, line, column }),
    })),
  )
  const lost = notices.find((notice) => notice.lost)
  if (lost) throw new Error(`the fixture cannot be read: ${lost.message}`)
  return world.containers
}

/** The first container's ways out. */
export async function waysOf(parts: Parts): Promise<WaysOut> {
  const [subject] = await subjectsOf(parts)
  if (!subject) throw new Error('no subject')
  const paths = pathsOf(subject)
  const change: OneChange | undefined = oneChange(paths)
  return { subject, paths, ...(change && { change }) }
}
/** `id` for an open path, `id?` for a possible one, sorted. */
export const said = (paths: readonly EscapePath[]): readonly string[] =>
  [...new Set(paths.map(({ id, state }) => (state === 'open' ? id : `${id}?`)))].sort()
export const pathsIn = async (parts: Parts): Promise<readonly string[]> => said((await waysOf(parts)).paths)

/** A compose service with these lines, run as root unless they say otherwise. */
export const compose = (...lines: readonly string[]): Parts => ({
  compose: `services:\n  web:\n    image: web\n${lines.some((line) => line.startsWith('user:')) ? '' : '    user: "0"\n'}${lines.map((line) => `    ${line}\n`).join('')}`,
})
/** Settings of an engine on a host without AppArmor, unless others are written. */
export const plain = {
  'daemon.json': JSON.stringify({
    ServerVersion: '28.0.0',
    SecurityOptions: ['name=seccomp,profile=builtin'],
    CgroupVersion: '2',
  }),
}
export const on = (settings: Readonly<Record<string, unknown>>): Parts => ({
  'daemon.json': JSON.stringify({
    ServerVersion: '28.0.0',
    SecurityOptions: ['name=seccomp,profile=builtin'],
    CgroupVersion: '2',
    ...settings,
  }),
})
/** A pod with these lines in its spec, and these in its container. */
export const pod = (spec: readonly string[], container: readonly string[]): Parts => ({
  kubernetes: [
    'apiVersion: v1',
    'kind: Pod',
    'metadata: { name: p }',
    'spec:',
    ...spec.map((line) => `  ${line}`),
    '  containers:',
    '    - name: web',
    '      image: web',
    ...container.map((line) => `      ${line}`),
  ].join('\n'),
})
