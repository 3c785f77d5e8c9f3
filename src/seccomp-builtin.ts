/** The seccomp profiles that have a name: the engines' defaults and `unconfined`, and the hardened ones that come with Plimsoll. */
import { builtinProfile } from './confine/seccomp/builtin-profile.ts'
import type { PlacedProfile } from './confine/seccomp/places.ts'
import { readText } from './document/read.ts'
import type { Read } from './model/notice.ts'
import { seccompTexts } from './seccomp-names.ts'

/** Their names, in alphabetical order. */
export const builtinSeccompNames = async (): Promise<readonly string[]> => [...(await seccompTexts()).keys()]

/**
 * The profile of that name (`docker-default`, `docker-default@20.10`, `containerd-default`, `podman-default`, `unconfined`, or
 * a hardened one such as `web-static`), or undefined where there is none. Throws where it is wrong: the package itself is broken then.
 */
export async function builtinSeccompProfile(name: string): Promise<PlacedProfile | undefined> {
  const texts = await seccompTexts()
  const found = texts.get(name)
  if (!found) return undefined
  const { value, notices } = found.file.endsWith('.json')
    ? await engineForm(found.file, found.text)
    : builtinProfile(name, (one) => texts.get(one))
  if (value) return value
  throw new Error(
    notices.map(({ place, message }) => `${place.file}:${place.line}:${place.column} ${message}`).join('\n'),
  )
}

/** The hardened ones are written as engines read them. Their reader brings zod: it is loaded when one is asked for. */
async function engineForm(file: string, text: string): Promise<Read<PlacedProfile | undefined>> {
  const { value, notices } = readText(file, text)
  const [root] = value.documents
  if (!root) return { value: undefined, notices }
  const { readPlacedProfile } = await import('./confine/seccomp/read.ts')
  return readPlacedProfile(root)
}
