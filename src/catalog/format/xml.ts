/**
 * XML 1.0 -> a tree of elements, for the small files in which Maven, NuGet and Gradle name packages. Names are without their
 * namespace's prefix. No document type is read and no entity but the five of XML: nothing is expanded, nothing is fetched.
 */

export interface XmlElement {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly XmlElement[]
  /** Its own text, without blanks around it. */
  readonly text: string
  /** Of its start tag, from 1. */
  readonly line: number
}
interface Open {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: XmlElement[]
  text: string
  readonly line: number
}

/** Bytes of a text, elements in it, and how deep they stand. */
const MAX_SIZE = 2 ** 24
const MAX_ELEMENTS = 2 ** 18
const MAX_DEPTH = 100

/** What a text is made of: comments, CDATA, instructions, declarations and tags; text is what stands between them. */
const MARKUP =
  /<!--|<!\[CDATA\[|<\?|<!DOCTYPE|<\/([^\s<>/]+)\s*>|<([^\s<>/!?="']+)((?:\s+[^\s<>/="']+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y
const ATTRIBUTE = /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g
const ENTITY = /&(?:#(\d{1,7})|#x([\da-fA-F]{1,6})|(lt|gt|amp|quot|apos));/g
const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

/** The root element, or what is wrong with the text. */
export function readXml(body: Buffer): XmlElement | { readonly problem: string; readonly line: number } {
  if (body.length > MAX_SIZE) return { problem: `is larger than ${MAX_SIZE} bytes`, line: 1 }
  const text = decode(body)
  const stack: Open[] = []
  let root: XmlElement | undefined
  let elements = 0
  let line = 1
  let newline = text.indexOf('\n')
  const lineAt = (offset: number): number => {
    for (; newline >= 0 && newline < offset; newline = text.indexOf('\n', newline + 1)) line++
    return line
  }
  const wrong = (problem: string, offset: number) => ({ problem, line: lineAt(offset) })
  const close = (): void => {
    const { name, attributes, children, text: own, line: begun } = stack.pop() ?? NOWHERE
    const element = { name, attributes, children, text: own.trim(), line: begun }
    const parent = stack.at(-1)
    if (parent) parent.children.push(element)
    else root = element
  }

  for (let at = 0; at < text.length;) {
    const next = text.indexOf('<', at)
    const between = text.slice(at, next < 0 ? text.length : next)
    const open = stack.at(-1)
    if (open) open.text += unescape(between)
    else if (between.trim() !== '') return wrong('has text outside of its root element', at)
    if (next < 0) break
    MARKUP.lastIndex = next
    const match = MARKUP.exec(text)
    if (!match) return wrong('has a tag that is not well-formed', next)
    const [all, ending, name, attributes = '', empty] = match
    at = next + all.length
    if (ending !== undefined) {
      if (ending !== open?.name) return wrong(`closes ${ending.slice(0, 50)}, which is not open`, next)
      close()
    } else if (name !== undefined) {
      if (!open && root) return wrong('has more than one root element', next)
      if (stack.length >= MAX_DEPTH || ++elements > MAX_ELEMENTS) return wrong('has too many elements', next)
      stack.push({ name, attributes: attributesOf(attributes), children: [], text: '', line: lineAt(next) })
      if (empty === '/') close()
    } else {
      const end = endOf(text, all, at)
      if (end < 0) return wrong('ends within a comment or a declaration', next)
      if (open && all === '<![CDATA[') open.text += text.slice(at, end - 3)
      at = end
    }
  }
  if (stack.length > 0 || !root) return wrong('is no XML, or ends before its last element', text.length)
  return withoutPrefixes(root)
}

const NOWHERE: Open = { name: '', attributes: new Map(), children: [], text: '', line: 1 }

/** Where a comment, CDATA, an instruction or a document type ends; -1 where it does not. */
function endOf(text: string, kind: string, from: number): number {
  if (kind === '<!DOCTYPE') {
    const close = text.indexOf('>', from)
    const subset = text.indexOf('[', from)
    if (subset < 0 || subset > close) return close < 0 ? -1 : close + 1
  }
  const end = { '<!--': '-->', '<![CDATA[': ']]>', '<?': '?>', '<!DOCTYPE': ']>' }[kind] ?? '>'
  const at = text.indexOf(end, from)
  return at < 0 ? -1 : at + end.length
}

const attributesOf = (text: string): ReadonlyMap<string, string> =>
  new Map(
    Array.from(text.matchAll(ATTRIBUTE), ([, name = '', double, single]) => [name, unescape(double ?? single ?? '')]),
  )

const unescape = (text: string): string =>
  text.includes('&')
    ? text.replace(ENTITY, (all, decimal?: string, hex?: string, name?: string) => {
        if (name !== undefined) return NAMED[name] ?? all
        const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal)
        return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : all
      })
    : text

const local = (name: string): string => name.slice(name.indexOf(':') + 1)
const withoutPrefixes = (element: XmlElement): XmlElement => ({
  ...element,
  name: local(element.name),
  children: element.children.map(withoutPrefixes),
})

/** By its byte order mark, or the encoding that it declares: those of one byte a character are read as ISO 8859-1. */
function decode(body: Buffer): string {
  if (body[0] === 0xff && body[1] === 0xfe) return body.toString('utf16le', 2)
  if (body[0] === 0xfe && body[1] === 0xff)
    return Buffer.from(body.subarray(2, body.length - (body.length % 2)))
      .swap16()
      .toString('utf16le')
  const declared = /^<\?xml[^>]*encoding=["']([\w.:-]+)/i.exec(body.toString('latin1', 0, 200))?.[1] ?? ''
  const single = /^(?:iso-8859|latin|windows-|cp|us-ascii)/i.test(declared)
  return body.toString(single ? 'latin1' : 'utf8').replace(/^\uFEFF/, '')
}

/** The first child of that name. */
export const childOf = (element: XmlElement | undefined, name: string): XmlElement | undefined =>
  element?.children.find((one) => one.name === name)
export const childrenOf = (element: XmlElement | undefined, name: string): readonly XmlElement[] =>
  element?.children.filter((one) => one.name === name) ?? []
