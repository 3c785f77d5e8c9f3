/** The main section of META-INF/MANIFEST.MF (JAR File Specification, "JAR Manifest"): attributes by name in small letters. */
export function readManifest(body: Buffer): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>()
  let last = ''
  // Lines are cut after 72 bytes, also within a character: bytes are joined before they are decoded.
  for (const line of body.toString('latin1').split(/\r\n|\n|\r/, MAX_LINES)) {
    if (line === '') {
      if (attributes.size > 0) break
      continue
    }
    if (line.startsWith(' ')) {
      const held = attributes.get(last)
      if (held !== undefined && held.length < MAX_VALUE) attributes.set(last, held + line.slice(1))
      continue
    }
    const colon = line.indexOf(':')
    last = line.slice(0, Math.max(0, colon)).toLowerCase()
    if (colon > 0 && !attributes.has(last)) attributes.set(last, line.slice(colon + 1).replace(/^ /, ''))
  }
  return new Map(
    Array.from(attributes, ([name, value]) => [name, Buffer.from(value, 'latin1').toString('utf8').trim()]),
  )
}
const MAX_LINES = 100_000
/** Lists of packages run to some hundred kilobytes; none that is read here does. */
const MAX_VALUE = 65_536
