/** How long releases of distributions are mended. */
import type { DistributionFind } from '../../model/tree.ts'
import { lifecycles } from './table.ts'

/**
 * A release by the beginning of its VERSION_ID (`12`, `22.04`), the last day on which everybody gets security updates for it (YYYY-MM-DD,
 * empty where none has been named yet), and the last on which somebody who pays for it does.
 */
export type Release = readonly [version: string, ends: string, extended?: string]

/** The releases of one distribution, newest first. */
export interface Lifecycle {
  /** IDs of os-release(5). CentOS Stream, which has that of CentOS, is `centos-stream` here. */
  readonly ids: readonly string[]
  /** Where the dates are from. */
  readonly source: string
  /** The day of which they are. */
  readonly asOf: string
  /** It has no releases and is always mended: what is old in it is not told by a date. */
  readonly rolling?: true
  readonly releases: readonly Release[]
}

/** What is known of one image's distribution. */
export interface Support {
  /** YYYY-MM-DD; empty where nobody has said when, or the distribution is always mended (`rolling`), or it is not known to us. */
  readonly ends: string
  readonly extended?: string
  readonly because: string
}

const byId: ReadonlyMap<string, Lifecycle> = new Map(
  lifecycles.flatMap((one) => one.ids.map((id) => [id, one] as const)),
)

/** Until when the distribution is mended: by our table; where that does not have it, by its own SUPPORT_END, which images keep when it is put off. */
export function supportOf({ id, version, name, supportEnds = '' }: Omit<DistributionFind, 'line'>): Support {
  const lifecycle = byId.get(id === 'centos' && /\bStream\b/.test(name) ? 'centos-stream' : id)
  if (lifecycle?.rolling) return { ends: '', because: `${id} has no releases and is always mended` }
  const [, ends = '', extended] = releaseOf(version, lifecycle?.releases ?? []) ?? []
  if (lifecycle && ends !== '')
    return {
      ends,
      ...(extended !== undefined && { extended }),
      because: `${lifecycle.source}, as of ${lifecycle.asOf}`,
    }
  if (supportEnds !== '') return { ends: supportEnds, because: 'SUPPORT_END of its os-release' }
  return { ends: '', because: `nobody has said until when ${[id, version].filter(Boolean).join(' ')} is mended` }
}

/** The release of which the version is one (`8` of `8.9`), the longest; Alpine's edge (`3.23_alpha...`) is none yet. */
function releaseOf(version: string, releases: readonly Release[]): Release | undefined {
  if (version.includes('_alpha')) return undefined
  for (let cut = version; cut !== ''; cut = cut.slice(0, Math.max(0, cut.lastIndexOf('.')))) {
    const found = releases.find(([one]) => one === cut)
    if (found) return found
  }
  return version.includes('.') ? undefined : releases.find(([one]) => one === `${version}.0`)
}
