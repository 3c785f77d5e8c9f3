/** What this is: the version of the package, and the build. The build puts its own in the place of this file. */
import { readFile } from 'node:fs/promises'

export async function version(): Promise<string> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

/** Tells one build from every other: a hash of all its sources. Undefined for what runs from the sources. */
export const build = async (): Promise<string | undefined> => undefined
