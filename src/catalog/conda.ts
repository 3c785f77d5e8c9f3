import { posix } from 'node:path'
import type { Cataloger } from '../model/tree.ts'
import { complaintsAbout, MAX_FINDS, MAX_WORD, tooMany } from './complaints.ts'
import { isRegular } from './entry.ts'
import { lineOfKey, listAt, objectOf, textAt, withoutMark } from './format/json.ts'

/** Bytes of one record. Those of packages with 50,000 files have some ten megabytes. */
const MAX_SIZE = 64 * 2 ** 20

/**
 * Packages of conda, mamba and pixi: one JSON file each in `conda-meta` of their environment
 * (docs.conda.io/projects/conda/en/stable/dev-guide/deep-dives/install.html), with the files that they brought.
 */
export const conda: Cataloger = {
  name: 'conda',
  version: 1,
  body: true,
  packages: true,
  names: ['*.json'],
  wants: (path, entry) => path.endsWith('.json') && RECORD.test(path) && isRegular(entry),
  parse(file) {
    const complaints = complaintsAbout(file)
    const lost = (why: string) => {
      complaints.add(
        'conda-record-unreadable',
        1,
        `The record of an installed package of conda ${why}, so the package is not known. Install it anew, or remove its record.`,
        true,
      )
      return { value: {}, notices: complaints.notices }
    }
    if (file.body.length > MAX_SIZE) return lost(`is larger than ${MAX_SIZE} bytes`)
    const text = withoutMark(file.body)
    const json = objectOf(text)
    if (!json) return lost('is not a JSON object')
    const name = textAt(json, 'name')
    const version = textAt(json, 'version')
    if (name === '' || version === '' || name.length > MAX_WORD || version.length > MAX_WORD)
      return lost(`has no usable name or version (of at most ${MAX_WORD} characters)`)
    const prefix = posix.dirname(posix.dirname(file.path))
    const listed = listAt(json, 'files')
    const line = lineOfKey(text, 'name', name)
    if (listed.length > MAX_FINDS) tooMany(complaints, line, 'files')
    const files = listed
      .slice(0, MAX_FINDS)
      .flatMap((path) => (typeof path === 'string' && path !== '' ? [posix.join('/', prefix, path).slice(1)] : []))
    const licence = textAt(json, 'license').trim()
    const qualifiers = Object.fromEntries(
      ['build', 'channel', 'subdir']
        .map((key) => [key, key === 'channel' ? channelOf(textAt(json, key)) : textAt(json, key)] as const)
        .filter(([, value]) => value !== '' && value.length <= MAX_WORD),
    )
    const found = {
      type: 'conda',
      name,
      version,
      architecture: '',
      source: '',
      ...(licence !== '' && licence.length <= MAX_WORD && { licences: [licence] }),
      ...(Object.keys(qualifiers).length > 0 && { qualifiers }),
      ...(files.length > 0 && { files }),
      line,
    } as const
    return { value: { packages: [found] }, notices: complaints.notices }
  },
}

/** A user's name and password may stand in a channel's address. */
const channelOf = (address: string): string =>
  address.replace(/^(\w+:\/\/)[^@/]*@/, '$1').replace(/\/t\/[^/]+(?=\/)/, '')
const RECORD = /(?:^|\/)conda-meta\/[^/]+\.json$/
