import type { PackagePart } from '../model/package.ts'
import type { Cataloger, ImageFile } from '../model/tree.ts'
import { isRegular } from './entry.ts'
import { statusOf } from './format/status.ts'
import { stanzasOf } from './format/stanza.ts'

/** OpenWrt, Yocto and others, Entware. */
const FOLDERS = ['usr/lib/opkg/', 'var/lib/opkg/', 'opt/lib/opkg/'] as const
const STATUS = 'status'
const INFO = 'info/'
const LIST = '.list'
const CONTROL = '.control'

/**
 * Packages of opkg: its status file, which is as dpkg's, and of each package `info/NAME.list` (path, and in newer versions its mode and
 * the target of a link, after tabs) and `info/NAME.control`, which alone has the licence.
 */
export const opkg: Cataloger = {
  name: 'opkg',
  version: 1,
  body: true,
  packages: true,
  places: FOLDERS.map((folder) => folder.slice(0, -1)),
  names: ['status', '*.list', '*.control'],
  wants(path, entry) {
    if (!(path.endsWith(STATUS) || path.endsWith(LIST) || path.endsWith(CONTROL)) || !isRegular(entry)) return false
    return kindOf(path) !== undefined
  },
  parse(file) {
    const kind = kindOf(file.path)
    if (kind === 'list' || kind === 'control') {
      const part = kind === 'list' ? filesIn(file) : licenceIn(file)
      return { value: part ? { parts: [part] } : {}, notices: [] }
    }
    return statusOf(file, 'opkg', true)
  },
}

function kindOf(path: string): 'status' | 'list' | 'control' | undefined {
  const folder = FOLDERS.find((one) => path.startsWith(one))
  if (folder === undefined) return undefined
  const rest = path.slice(folder.length)
  if (rest === STATUS) return 'status'
  if (!rest.startsWith(INFO) || rest.includes('/', INFO.length)) return undefined
  return rest.endsWith(LIST) ? 'list' : rest.endsWith(CONTROL) ? 'control' : undefined
}

const nameIn = (path: string, ending: string): string => path.slice(path.lastIndexOf('/') + 1, -ending.length)

function filesIn({ path, body }: ImageFile): PackagePart | undefined {
  const files = body
    .toString('utf8')
    .split('\n')
    .flatMap((line) => {
      const file = (line.split('\t', 1)[0] ?? '').replace(/^\.?\/+/, '').trimEnd()
      return file === '' || file.endsWith('/') ? [] : [file]
    })
  return files.length === 0 ? undefined : { type: 'opkg', name: nameIn(path, LIST), files }
}

const FIELDS = new Set(['package', 'license'])
function licenceIn({ body }: ImageFile): PackagePart | undefined {
  for (const { fields } of stanzasOf(body, FIELDS)) {
    const name = fields.get('package')?.text ?? ''
    const licence = fields.get('license')?.text ?? ''
    return name === '' || licence === '' ? undefined : { type: 'opkg', name, licences: [licence] }
  }
  return undefined
}
