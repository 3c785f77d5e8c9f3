/** A root file system, as a folder or as the archive that `docker export` writes, or a layer by itself: an image of one layer, without a configuration. */
import type { Notice, Read } from '../model/notice.ts'
import { startOf } from '../model/place.ts'
import type { LayerRecord } from '../model/tree.ts'
import type { Blob } from '../source/blob.ts'
import type { Problem } from '../source/limits.ts'
import { openRootfsFile, walkRootfs } from '../source/rootfs.ts'
import { assemble, type OpenedImage } from './assemble.ts'
import { notice, readingOf, type Context } from './context.ts'
import { isProblem, type LayerContent } from './gathering.ts'
import { readLayer } from './layer.ts'

/** A root file system has one layer, of no digest. */
const only = (size: number): LayerRecord => ({ index: 0, digest: '', diffId: '', size, instruction: '' })

/** An image archive with `etc` and `usr` beside its layers would be taken for a root file system, and its layers would go unread. */
function ambiguity(layer: LayerContent, context: Context): readonly Notice[] {
  const mark = layer.entries.find(({ path }) => path === 'manifest.json' || path === 'oci-layout')
  if (!mark) return []
  const message = `It was read as a root file system and holds ${mark.path} at its root, as an image archive does: if an engine loads it as an image, that image was not checked. Scan it as docker-archive:FILE as well.`
  return [notice(context, { id: 'image-ambiguous', message })]
}

const oneLayer: Problem = {
  id: 'layer-alone',
  message:
    'It is neither an image archive nor a root file system, and was read as one layer of an image: what other layers and a configuration would say is not known. Scan the whole image, as `docker save` writes it.',
}

export async function openRootfsArchive(blob: Blob, context: Context): Promise<Read<readonly OpenedImage[]>> {
  const isLayer = context.target.kind === 'layer'
  const reading = readingOf(context)
  const layer = await readLayer(blob, { digest: '', diffId: '' }, reading)
  const image = {
    kind: context.target.kind,
    names: [],
    digest: '',
    ...(await assemble([layer], [only(blob.size)], ambiguity(layer, context), isLayer, context)),
  }
  return { value: [image], notices: isLayer ? [notice(context, oneLayer, false)] : [] }
}

export async function openRootfs(root: string, context: Context): Promise<Read<readonly OpenedImage[]>> {
  const { limits } = context
  const { entries, problems } = walkRootfs(root, limits)
  const layer: LayerContent = {
    entries,
    verified: false,
    early: new Map(),
    notices: problems.map(({ id, path, message }) => ({ id, place: startOf(path), message, lost: true })),
    bodies: async (indexes, take) => {
      for (const index of indexes) {
        const body = openRootfsFile(root, entries[index]?.path ?? '')
        take(index, body)
        if (!isProblem(body)) body.close()
      }
    },
  }
  const blind: Problem = {
    id: 'file-capabilities-unread',
    message:
      'File capabilities in a folder cannot be read by Plimsoll: they were not checked. Scan an archive made with `tar --xattrs` instead, as rootfs:FILE.',
  }
  const image = {
    kind: context.target.kind,
    names: [],
    digest: '',
    ...(await assemble([layer], [only(0)], [], false, context)),
  }
  return { value: [image], notices: [notice(context, blind, false)] }
}
