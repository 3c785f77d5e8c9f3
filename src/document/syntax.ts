/** The syntaxes that configurations are written in, what a text may be, and their readers, which are loaded when one is met. */
import { basename } from 'node:path'
import type { Read } from '../model/notice.ts'
import type { Locate, Text } from './node.ts'
import { readText } from './read.ts'

/** `data` is YAML and JSON, with or without comments. */
export const syntaxes = [
  'data',
  'unit',
  'toml',
  'hcl',
  'keyvalue',
  'dockerfile',
  'shell',
  'make',
  'markdown',
  'dotenv',
] as const
export type Syntax = (typeof syntaxes)[number]

interface Look {
  /** Base names that say it. */
  readonly name: RegExp
  /** What a text of it holds, whatever it is called. */
  readonly content: RegExp
}

/** In the order in which they are tried. */
const LOOKS: { readonly [S in Syntax]: Look } = {
  dockerfile: {
    name: /^(?:Dockerfile|Containerfile)(?:[.\-_].*)?$|\.(?:Dockerfile|Containerfile)$/i,
    content: /^\uFEFF?(?:[ \t]*(?:#[^\n]*|ARG[ \t][^\n]*)?\r?\n)*[ \t]*FROM[ \t]+\S/i,
  },
  unit: {
    name: /\.(?:container|pod|kube|volume|network|image|build|service|nspawn)$|\.d\/[^/]*\.conf$/,
    content: /^\[(?:Container|Pod|Kube|Volume|Network|Image|Build|Unit|Service|Install|Exec|Files)\][ \t]*\r?$/m,
  },
  toml: {
    name: /\.toml$|^(?:containers|crio|registries|storage)\.conf$/,
    content: /^\[{1,2}[\w."'-]+\]{1,2}[ \t]*(?:#.*)?\r?$/m,
  },
  hcl: { name: /\.(?:hcl|nomad|nomad\.hcl)$/, content: /^(?:job|variable|locals)\s*(?:"[^"\n]*"\s*)?\{/m },
  keyvalue: { name: /^config$|\.conf$/, content: /^[ \t]*lxc\.[a-z0-9.]+\s*=/m },
  make: { name: /^(?:GNU)?[Mm]akefile$|\.mk$/, content: /(?!)/ },
  markdown: { name: /\.(?:md|markdown)$/i, content: /(?!)/ },
  // Nothing to scan by itself: what names it reads it.
  dotenv: { name: /(?!)/, content: /(?!)/ },
  data: { name: /\.(?:ya?ml|json|jsonc)$/i, content: /(?:)/ },
  shell: {
    name: /\.(?:sh|bash|zsh|ksh)$/,
    content:
      /^#!.*\b(?:ba|da|k|z)?sh\b|^[^\S\n]*(?:sudo[ \t]+)?(?:docker|podman|nerdctl)[ \t]+(?:container[ \t]+)?(?:run|create)\b/m,
  },
}

/** Names of files that a walk opens. */
export const mayBeRead = (path: string): boolean => syntaxes.some((syntax) => LOOKS[syntax].name.test(nameOf(path)))
/** With its folder where that says something: `web.service.d/10-limits.conf`. */
const nameOf = (path: string): string =>
  /\.d\/[^/]*\.conf$/.test(path) ? path.split('/').slice(-2).join('/') : basename(path)

/**
 * The syntaxes that a text may be of, most likely first: those that its name says and its content does not deny, then those
 * that its content says. `data` is always the last resort but for shell, which anything may look like.
 */
export function syntaxesOf(file: string, text: string): readonly Syntax[] {
  const name = nameOf(file)
  const named = syntaxes.filter((syntax) => LOOKS[syntax].name.test(name))
  // Its code blocks are read where that is asked for: it is no script.
  if (named.includes('markdown')) return ['markdown', 'data']
  const start = text.slice(0, 65_536)
  const looks = (['dockerfile', 'unit', 'toml', 'hcl', 'keyvalue', 'shell'] as const).filter((syntax) =>
    LOOKS[syntax].content.test(start),
  )
  return [...new Set<Syntax>([...named, ...(named.includes('data') ? [] : looks), 'data'])]
}

/** Reads a text as what it is said to be. Never throws for bad input. */
export async function readAs(syntax: Syntax, file: string, text: string, locate?: Locate): Promise<Read<Text>> {
  if (syntax === 'toml') return (await import('./toml.ts')).readToml(file, text, locate)
  if (syntax === 'dotenv') return (await import('./dotenv.ts')).readDotenv(file, text, locate)
  if (syntax === 'dockerfile') return (await import('./dockerfile.ts')).readDockerfile(file, text, locate)
  if (syntax === 'keyvalue') return (await import('./keyvalue.ts')).readKeyValue(file, text, locate)
  if (syntax === 'hcl') return (await import('./hcl.ts')).readHcl(file, text, locate)
  if (syntax === 'shell') return (await import('./shell.ts')).readShell(file, text, locate)
  if (syntax === 'make') return (await import('./make.ts')).readMake(file, text, locate)
  if (syntax === 'markdown') return (await import('./markdown.ts')).readMarkdown(file, text, locate)
  if (syntax === 'unit') return (await import('./systemd.ts')).readUnit(file, text, locate)
  return readText(file, text, locate)
}
