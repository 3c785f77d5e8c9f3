/** The version of the package. The build puts the number in the place of this file. */
import { readFile } from 'node:fs/promises'

export async function version(): Promise<string> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
