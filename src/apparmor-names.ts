/**
 * Texts of the AppArmor profiles that come with the package (profiles/apparmor), by name. Read here from the package's folder;
 * the build puts a module in the place of this one that holds the same texts.
 */
import { readdir, readFile } from 'node:fs/promises'

export async function appArmorTexts(): Promise<ReadonlyMap<string, string>> {
  const folder = new URL('../profiles/apparmor/', import.meta.url)
  const files = (await readdir(folder)).filter((name) => !name.includes('.')).sort()
  const texts = new Map<string, string>()
  for (const name of files) texts.set(name, await readFile(new URL(name, folder), 'utf8'))
  return texts
}
