/** What cannot be avoided: reading a file, hashing it, inflating its layers. */
import { join } from 'node:path'
import { onPath, type Command } from './measure.ts'
import type { Form } from './scanners.ts'

interface Limit {
  readonly name: string
  readonly command: (image: string) => Command
}

const shell = (line: string, path: string): Command => ({ program: 'sh', args: ['-c', line, 'sh', path] })
const BLOBS = '"$1"/blobs/sha256/*'
const inflateLayers = join(import.meta.dirname, 'inflate-layers.cjs')

const cat: Limit = { name: 'cat', command: (image) => shell(`cat ${BLOBS} >/dev/null`, image) }
const zlib: Limit = {
  name: 'node:zlib',
  command: (image) => ({ program: process.execPath, args: [inflateLayers, image] }),
}
/** One layer after another; -f passes on what is not compressed, the manifests. */
const alone = (program: string): readonly Limit[] =>
  onPath(program) === undefined
    ? []
    : [
        {
          name: `${program} -dc`,
          command: (image) => shell(`for blob in ${BLOBS}; do ${program} -dcqf "$blob" >/dev/null; done`, image),
        },
      ]

export const limits: Readonly<Record<Form, readonly Limit[]>> = {
  'docker-save': [
    { name: 'cat', command: (image) => shell('cat "$1" >/dev/null', image) },
    // That of coreutils may do without the processor's own instructions for it, and takes several times as long.
    onPath('openssl') === undefined
      ? { name: 'sha256', command: (image) => ({ program: 'sha256sum', args: [image] }) }
      : { name: 'sha256', command: (image) => ({ program: 'openssl', args: ['dgst', '-sha256', image] }) },
  ],
  'OCI gzip': [cat, ...alone('gzip'), zlib],
  'OCI zstd': [cat, ...alone('zstd'), zlib],
}
