/** Charts of Helm among the files: their templates say nothing before they are rendered, and their values are no manifests. */
import { existsSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { quoted } from './dialect/kubernetes/kustomization.ts'
import type { Notice } from './model/notice.ts'
import { startOf } from './model/place.ts'

const MANIFEST = /\.(?:ya?ml|json)$/i
const VALUES = /^(?:Chart|.*values.*)\.ya?ml$/i
const isChart = (folder: string): boolean => existsSync(join(folder, 'Chart.yaml'))

/** Folder of the chart that a file is a template of: the outermost, which is the one that is rendered. */
function chartOf(file: string): string | undefined {
  let chart: string | undefined
  for (let folder = dirname(resolve(file)); folder !== dirname(folder); folder = dirname(folder)) {
    const above = dirname(folder)
    if (basename(folder) === 'templates' && isChart(above)) chart = above
    else if (chart !== undefined && basename(folder) === 'charts' && dirname(chart) === folder && isChart(above))
      chart = above
  }
  return chart === undefined || isAbsolute(file) ? chart : relative('', chart) || '.'
}

/**
 * What is to be said of a file of a chart instead of reading it, undefined for every other file. The same notice for every
 * template of a chart; none for what only feeds them.
 */
export function unrendered(file: string, text: string): Notice | null | undefined {
  // What comes by a pipe has no name that says so, and is rendered.
  if (!MANIFEST.test(file)) return undefined
  if (text.includes('{{')) {
    const chart = chartOf(file)
    if (chart !== undefined)
      return {
        id: 'chart-unrendered',
        place: startOf(join(chart, 'Chart.yaml')),
        message: `The templates of this chart are no manifests before Helm renders them, so nothing in them was checked. Scan what comes out: helm template ${quoted(chart)} | plimsoll scan -`,
        lost: true,
      }
  }
  if (!VALUES.test(basename(file))) return undefined
  const folder = dirname(file)
  return isChart(folder) || (basename(folder) === 'ci' && isChart(dirname(folder))) ? null : undefined
}
