/**
 * Which files make up a project: `docker compose up` in a folder takes one main file, and the override file beside it
 * (https://docs.docker.com/compose/how-tos/multiple-compose-files/merge/), or what COMPOSE_FILE in `.env` lists.
 */
import { posix } from 'node:path'
import type { About } from '../dialect.ts'
import type { Lookup } from './interpolate.ts'
import { fromWorkingDirectory } from './path.ts'
import { normal, type Sources } from './source.ts'

/** In the order in which they are looked for: the first that is there is taken (compose-go's cli/options.go). */
const MAIN = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml']
const OVERRIDE = [
  'compose.override.yml',
  'compose.override.yaml',
  'docker-compose.override.yml',
  'docker-compose.override.yaml',
]

/** The files that are merged over the document, by their paths from it. */
export function overridesOf(about: About, sources: Sources, lookup: Lookup): readonly string[] {
  const said = about.options.composeFiles ?? []
  if (said.length > 0)
    return said.map((path) => {
      const from = normal(fromWorkingDirectory(path, about))
      sources.read(from, { given: true })
      return from
    })
  if (about.named) return []
  const [first, ...rest] = listed(lookup) ?? []
  const name = posix.basename(about.file)
  if (first !== undefined) return first === name ? rest.filter((path) => there(sources, path)) : []
  if (!MAIN.includes(name) || firstThere(sources, MAIN, name) !== name) return []
  const override = firstThere(sources, OVERRIDE)
  return override === undefined ? [] : [override]
}

/** The main file that this one is merged over, where a folder is scanned: it is read with that one, not by itself. */
export function mainOf(about: About, sources: Sources, lookup: Lookup): string | undefined {
  if (about.named) return undefined
  const name = posix.basename(about.file)
  const [first, ...rest] = listed(lookup) ?? []
  if (first !== undefined) return rest.includes(name) && there(sources, first) ? first : undefined
  if (!OVERRIDE.includes(name)) return undefined
  const main = firstThere(sources, MAIN)
  return main !== undefined && firstThere(sources, OVERRIDE, name) === name ? main : undefined
}

/** The override file beside a main file that is named: docker compose up merges it, -f alone does not, and neither is it here. */
export function unmergedOf(about: About, sources: Sources): string | undefined {
  if (!about.named || about.file === '' || about.options.composeFiles !== undefined) return undefined
  const name = posix.basename(about.file)
  return MAIN.includes(name) ? firstThere(sources, OVERRIDE) : undefined
}

/** What COMPOSE_FILE lists; undefined where it is not set, or not known. */
function listed(lookup: Lookup): readonly string[] | undefined {
  const setting = lookup('COMPOSE_FILE')
  if (!setting || setting.unknown !== undefined || setting.value === '') return undefined
  const separator = lookup('COMPOSE_PATH_SEPARATOR')?.value || ':'
  return setting.value.split(separator).map(normal)
}

const there = (sources: Sources, path: string): boolean => sources.read(path, { optional: true }) !== undefined

/** The first of these names that is there; `self` is. */
const firstThere = (sources: Sources, names: readonly string[], self?: string): string | undefined =>
  names.find((name) => name === self || there(sources, name))
