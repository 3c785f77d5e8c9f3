import type { Cataloger, DistributionFind } from '../model/tree.ts'
import { complaintsAbout } from './complaints.ts'
import { isRegular } from './entry.ts'
import { assignmentsOf } from './format/assignments.ts'

const PATHS = new Set(['etc/os-release', 'usr/lib/os-release'])

/** The distribution, by os-release(5). Where both files are there, etc/os-release counts; that is for the reader of the finds. */
export const osRelease: Cataloger = {
  name: 'os-release',
  version: 2,
  body: true,
  places: [...PATHS],
  names: ['os-release'],
  wants: (path, entry) => PATHS.has(path) && isRegular(entry),
  parse(file) {
    const complaints = complaintsAbout(file)
    const values = assignmentsOf(file.body, (line) =>
      complaints.add(
        'os-release-malformed',
        line,
        'The line is not NAME=value with the quoting of a shell (os-release(5)), so it was left out. Write it as the distribution ships it.',
        false,
      ),
    )
    if (values.size === 0) return { value: {}, notices: complaints.notices }
    const id = values.get('ID')
    const like = values.get('ID_LIKE')?.text.split(/\s+/).filter(Boolean) ?? []
    const supportEnds = values.get('SUPPORT_END')?.text ?? ''
    const distribution: DistributionFind = {
      // os-release(5) gives `linux` and `Linux` as the defaults.
      id: id?.text ?? 'linux',
      version: values.get('VERSION_ID')?.text ?? '',
      name: values.get('PRETTY_NAME')?.text ?? values.get('NAME')?.text ?? 'Linux',
      ...(like.length > 0 && { like }),
      ...(/^\d{4}-\d\d-\d\d$/.test(supportEnds) && { supportEnds }),
      line: id?.line ?? 1,
    }
    return { value: { distribution }, notices: complaints.notices }
  },
}
