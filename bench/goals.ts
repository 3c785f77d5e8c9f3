/** What was set as goals for reading images (issue 7, section 3), and how a run stands to them. */
import type { Figures } from './measure.ts'
import type { Form } from './scanners.ts'

/** Cold, docker-save archive: seconds on the machine where the peers were measured first, and how many times as fast as the fastest of them. */
const COLD: Readonly<Record<string, readonly [seconds: number, times: number]>> = {
  'debian-min': [0.15, 1.7],
  'many-files': [0.4, 2],
  'debian-node': [0.4, 3.9],
  'debian-python': [0.5, 5.1],
  big: [1, 5.5],
}
const WARM: Readonly<Record<string, number>> = { big: 0.15 }
/** MB, any image. */
const PEAK = 200
/** Times the seconds of inflating the same layers by bare node:zlib, in parallel. */
const INFLATE: Readonly<Partial<Record<Form, number>>> = { 'OCI gzip': 1.15, 'OCI zstd': 1.3 }

const times = (ratio: number): string => `${ratio.toFixed(ratio < 10 ? 2 : 0)}x`

/** Sentences on one image in one form; `figures` by the name of the way or of the limit. */
export function against(
  image: string,
  form: Form,
  figures: ReadonlyMap<string, Figures>,
  packagePeers: readonly string[],
): string[] {
  const cold = figures.get('plimsoll')
  if (!cold) return []
  const said: string[] = []
  const goal = form === 'docker-save' ? COLD[image] : undefined
  const [fastest] = packagePeers
    .flatMap((name) => {
      const found = figures.get(name)
      return found ? [{ name, seconds: found.seconds }] : []
    })
    .toSorted((a, b) => a.seconds - b.seconds)
  if (goal) said.push(`${cold.seconds.toFixed(2)} s (goal ${goal[0]})`)
  if (fastest) {
    const wanted = goal ? ` (goal ${times(goal[1])})` : form === 'OCI gzip' ? ' (goal > 1x)' : ''
    said.push(`${times(fastest.seconds / cold.seconds)} as fast as ${fastest.name}${wanted}`)
  }
  const inflate = figures.get('node:zlib')
  const limit = INFLATE[form]
  if (inflate && limit !== undefined)
    said.push(`${times(cold.seconds / inflate.seconds)} the time of node:zlib (goal <= ${limit}x)`)
  const warm = figures.get('plimsoll, warm')
  const warmGoal = WARM[image]
  if (warm && warmGoal !== undefined) said.push(`warm ${warm.seconds.toFixed(2)} s (goal ${warmGoal})`)
  const peaks = ['plimsoll', 'plimsoll, no cache', 'plimsoll, warm', 'plimsoll --verify'].flatMap(
    (name) => figures.get(name)?.peak ?? [],
  )
  if (peaks.length > 0) said.push(`at most ${Math.max(...peaks).toFixed(0)} MB (goal ${PEAK})`)
  return said
}
