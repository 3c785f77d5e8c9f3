/** Extended headers of POSIX.1-2001 (pax): `length key=value\n` records. */
import { decodeName, type TarHeader } from './tar-header.ts'

/** The records that matter; undefined where nobody wrote one. */
export interface Pax {
  path?: string
  linkpath?: string
  size?: number
  uid?: number
  gid?: number
  xattrs?: Map<string, Buffer>
  sparse?: { major?: string; name?: string; size?: number; realsize?: number; map?: number[]; offset?: number }
}

const XATTR = 'SCHILY.xattr.'
/** libarchive's own form: the name is percent-encoded, the value in base64 (libarchive, archive_write_set_format_pax.c). Runtimes pass it over, bsdtar obeys it. */
const ENCODED = 'LIBARCHIVE.xattr.'
const SPARSE = 'GNU.sparse.'

/** Undefined where a record is malformed, or a name in it holds a NUL, which other readers cut or keep as they like. */
export function parsePax(body: Buffer): Pax | undefined {
  const pax: Pax = {}
  for (let at = 0; at < body.length;) {
    const space = body.indexOf(0x20, at)
    if (space < 0 || space - at > 10) return undefined
    const digits = body.toString('latin1', at, space)
    const end = at + Number(digits)
    if (!/^\d+$/.test(digits) || end > body.length || end <= space + 1 || body[end - 1] !== 0x0a) return undefined
    const equals = body.indexOf(0x3d, space + 1)
    if (equals <= space + 1 || equals >= end) return undefined
    const key = body.toString('utf8', space + 1, equals)
    if (key.includes('\0') || !record(pax, key, body.subarray(equals + 1, end - 1))) return undefined
    at = end
  }
  return pax
}

/** An empty value takes back what the header says nothing of: it changes nothing here, as in Go. */
function record(pax: Pax, key: string, value: Buffer): boolean {
  switch (key) {
    case 'path':
    case 'linkpath':
      if (value.includes(0)) return false
      if (value.length > 0) pax[key] = decodeName(value, 0, value.length)
      return true
    case 'uname':
    case 'gname':
      return !value.includes(0)
    case 'size':
    case 'uid':
    case 'gid': {
      if (value.length === 0) return true
      const number = decimal(value)
      pax[key] = number
      return number >= 0
    }
  }
  if (key.startsWith(XATTR)) {
    pax.xattrs ??= new Map()
    pax.xattrs.set(key.slice(XATTR.length), Buffer.from(value))
    return true
  }
  if (key.startsWith(ENCODED)) {
    const name = decoded(key.slice(ENCODED.length))
    pax.xattrs ??= new Map()
    // bsdtar writes both forms where both can say it.
    if (!pax.xattrs.has(name)) pax.xattrs.set(name, Buffer.from(value.toString('latin1'), 'base64'))
    return true
  }
  return key.startsWith(SPARSE) ? sparseRecord(pax, key.slice(SPARSE.length), value) : true
}

function sparseRecord(pax: Pax, key: string, value: Buffer): boolean {
  const sparse = (pax.sparse ??= {})
  switch (key) {
    case 'major':
      sparse.major = value.toString('latin1')
      return true
    case 'name':
      sparse.name = decodeName(value, 0, value.length)
      return !value.includes(0)
    case 'size':
    case 'realsize': {
      const number = decimal(value)
      sparse[key] = number
      return number >= 0
    }
    case 'map': {
      const numbers = value.length === 0 ? [] : value.toString('latin1').split(',').map(Number)
      sparse.map = numbers
      return numbers.length % 2 === 0 && numbers.every((number) => Number.isSafeInteger(number) && number >= 0)
    }
    case 'offset': // form 0.0 repeats offset and numbytes, by turns
      sparse.offset = decimal(value)
      return sparse.offset >= 0
    case 'numbytes': {
      if (sparse.offset === undefined) return false
      const length = decimal(value)
      sparse.map ??= []
      sparse.map.push(sparse.offset, length)
      delete sparse.offset
      return length >= 0
    }
  }
  return true
}

/** A name as it stands where it is encoded wrongly: then it is nobody's. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

function decimal(value: Buffer): number {
  const digits = value.toString('latin1')
  const number = /^\d{1,64}$/.test(digits) ? Number(digits) : -1
  return Number.isSafeInteger(number) ? number : -1
}

/** Lets the records overrule the header. Type and body length are settled afterwards; sparseness after that. */
export function applyPax(pax: Pax, header: TarHeader): void {
  if (pax.path !== undefined) header.name = pax.path
  if (pax.linkpath !== undefined) header.link = pax.linkpath
  if (pax.size !== undefined) header.size = pax.size
  if (pax.uid !== undefined) header.uid = pax.uid
  if (pax.gid !== undefined) header.gid = pax.gid
  if (pax.xattrs) header.xattrs = pax.xattrs
}

/** Turns a regular file whose records say so into the sparse file it stands for. */
export function applyPaxSparse(pax: Pax, header: TarHeader): void {
  const sparse = pax.sparse
  if (!sparse || header.type !== 'file') return
  const inBody = sparse.major === '1'
  if (!inBody && !sparse.map) return
  header.sparse = { pieces: inBody ? undefined : sparse.map }
  if (sparse.name) header.name = sparse.name
  header.size = sparse.realsize ?? sparse.size ?? header.size
}
