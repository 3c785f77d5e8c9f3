/**
 * The list that Azure Linux (CBL-Mariner) leaves in its distroless images in the place of the database: a line per package, with tabs
 * between name, version-release, time of installation, of build, vendor, epoch, size, architecture, epoch as a number, source package
 * (`rpm -qa` with that format, toolkit/tools/imagegen of its sources).
 */
import type { PackageFind } from '../../model/package.ts'
import { MAX_FINDS, tooMany, type Complaints } from '../complaints.ts'
import { linesOf } from '../format/lines.ts'
import { findOf } from './find.ts'

export const MANIFEST = 'var/lib/rpmmanifest/container-manifest-2'

export function readManifest(body: Buffer, complaints: Complaints): readonly PackageFind[] {
  const packages: PackageFind[] = []
  for (const { text, number } of linesOf(body)) {
    if (text.trim() === '') continue
    if (packages.length >= MAX_FINDS) {
      tooMany(complaints, number, 'packages')
      break
    }
    const [name = '', version = '', , , , , , architecture, epoch = '', sourceRpm = ''] = text.split('\t', 10)
    const find =
      architecture !== undefined && /^\d{0,10}$|^\(none\)$/.test(epoch)
        ? findOf({ name, version, epoch: Number(epoch) || 0, architecture, sourceRpm, line: number })
        : undefined
    if (find) packages.push(find)
    else
      complaints.add(
        'package-record-malformed',
        number,
        'The line is not that of a package (ten fields with tabs between them), so the package is not known. Rebuild the image.',
        true,
      )
  }
  return packages
}
