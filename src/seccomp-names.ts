/**
 * Texts of the seccomp profiles that come with the package (profiles/seccomp/), by name. Read here from the package's folder;
 * the build puts a module in the place of this one that holds the same texts.
 */
import { readdir, readFile } from 'node:fs/promises'

/** A profile's text and the name of its file in the package. */
export interface SeccompText {
  readonly file: string
  readonly text: string
}

/** By name, in alphabetical order: `docker-default` for profiles/seccomp/docker-default.yaml. */
export async function seccompTexts(): Promise<ReadonlyMap<string, SeccompText>> {
  const folder = new URL('../profiles/seccomp/', import.meta.url)
  const texts = new Map<string, SeccompText>()
  for (const name of (await readdir(folder)).sort())
    if (/\.(?:yaml|json)$/.test(name))
      texts.set(name.replace(/\.(?:yaml|json)$/, ''), {
        file: `profiles/seccomp/${name}`,
        text: await readFile(new URL(name, folder), 'utf8'),
      })
  return texts
}
