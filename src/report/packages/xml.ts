/** The library's tree of elements -> XML 1.0. Its own writer needs another library, for this. */
import type { XML } from '@cyclonedx/cyclonedx-library/Serialize'

type Element = ReturnType<XML.Normalize.BomNormalizer['normalize']>

export const xml = (root: Element): string => `<?xml version="1.0" encoding="UTF-8"?>\n${write(root, '').join('\n')}\n`

function write({ name, namespace, attributes = {}, children }: Element, indent: string): string[] {
  const all: Record<string, string | number | undefined> = {
    ...(namespace !== undefined && { xmlns: String(namespace) }),
    ...attributes,
  }
  const said = Object.entries(all)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escape(String(value))}"`)
    .join('')
  if (children === undefined) return [`${indent}<${name}${said}/>`]
  if (typeof children !== 'object') return [`${indent}<${name}${said}>${escape(String(children))}</${name}>`]
  const lines = [...children].flatMap((child) => (child.type === 'element' ? write(child, `${indent}  `) : []))
  return lines.length === 0
    ? [`${indent}<${name}${said}/>`]
    : [`${indent}<${name}${said}>`, ...lines, `${indent}</${name}>`]
}

/** Characters that XML 1.0 has no way to write (2.2) are U+FFFD; what cannot be seen is a character reference, as in our JSON. */
const escape = (text: string): string =>
  text
    .toWellFormed()
    // oxlint-disable-next-line no-control-regex
    .replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"'\t\n\r\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu, (sign) => `&#${sign.codePointAt(0) ?? 0};`)
