import { child, elements, get, isMap, textOf, type Node } from '../document/node.ts'
import type { Cataloger, ImageFile } from '../model/tree.ts'
import { isRegular } from './entry.ts'
import { baseOf, listOf, treeOf } from './format/finds.ts'
import { linesOf } from './format/lines.ts'

const READERS: ReadonlyMap<string, (file: ImageFile) => ReturnType<Cataloger['parse']>> = new Map([
  ['perllocal.pod', local],
  ['META.json', meta],
  ['META.yml', meta],
  ['MYMETA.json', meta],
  ['MYMETA.yml', meta],
  ['cpanfile.snapshot', snapshot],
])

/**
 * Distributions of CPAN, by their names (`Try-Tiny`), not by those of their modules. Installed: perllocal.pod, in which ExtUtils::MakeMaker and
 * Module::Build write down every installation, and `.meta/NAME-VERSION/MYMETA.json` of cpanm. Declared: cpanfile.snapshot (Carton), and
 * META of a distribution that was only unpacked. Perl's own modules are a part of Perl.
 */
export const perl: Cataloger = {
  name: 'perl',
  version: 1,
  body: true,
  packages: true,
  names: [...READERS.keys()],
  wants(path, entry) {
    const last = path.charCodeAt(path.length - 1)
    // d, n, l or t: cheap, before the name is cut out.
    if (last !== 0x64 && last !== 0x6e && last !== 0x6c && last !== 0x74) return false
    return READERS.has(baseOf(path)) && isRegular(entry)
  },
  parse: (file) => (READERS.get(baseOf(file.path)) ?? meta)(file),
}

/** `=head2 Thu Jan  1 00:00:00 2026: C<Module> L<Try::Tiny|Try::Tiny>`, then `=item *` with `C<VERSION: 0.31>`. The last of a module counts. */
function local(file: ImageFile) {
  const list = listOf(file, 'cpan')
  const last = new Map<string, { readonly version: string; readonly line: number }>()
  let module: { readonly name: string; readonly line: number } | undefined
  for (const { text, number } of linesOf(file.body)) {
    if (text.startsWith('=head2')) {
      const name = /C<Module>\s+L<([\w:']{1,512})/.exec(text)?.[1]
      module = name === undefined ? undefined : { name: name.replace(/::|'/g, '-'), line: number }
      continue
    }
    const version = module && /C<VERSION:\s*([^>\s]+)\s*>/.exec(text)?.[1]
    if (module && version !== undefined) {
      last.set(module.name, { version, line: module.line })
      module = undefined
    }
  }
  for (const [name, { version, line }] of last) list.add(name, version, line)
  return list.read
}

/** CPAN::Meta::Spec, as JSON (version 2) or YAML (1.4 and before). PostgreSQL's extensions have files of the same name and a specification of their own. */
function meta(file: ImageFile) {
  const list = listOf(file, 'cpan')
  const root = treeOf(file, file.path.endsWith('.yml') ? 'YAML' : 'JSON', list.complaints)
  if (!root || !isMap(root)) return list.read
  const name = child(root, 'name')
  const version = textOf(child(root, 'version'))
  const spec = textOf(get(root, 'meta-spec.url')) ?? ''
  const isCpan = (isMap(child(root, 'meta-spec')) || !child(root, 'generated_by').missing) && !spec.includes('pgxn')
  if (!isCpan || name.missing || version === undefined) return list.read
  const licences = licencesOf(child(root, 'license'))
  const installed = file.path.includes('/.meta/')
  list.add((textOf(name) ?? '').replaceAll('::', '-'), version, name.place.line, {
    ...(!installed && { declared: true }),
    ...(licences.length > 0 && { licences }),
  })
  return list.read
}

/** Words of the specification (`perl_5`, `apache_2_0`), one or a list. */
const licencesOf = (licence: Node): readonly string[] =>
  [licence, ...elements(licence)].flatMap((one) => {
    const word = textOf(one)
    return word === undefined || word === 'unknown' ? [] : [word]
  })

/** Below DISTRIBUTIONS, indented by two: `Try-Tiny-0.31`. */
function snapshot(file: ImageFile) {
  const list = listOf(file, 'cpan')
  for (const { text, number } of linesOf(file.body)) {
    if (!text.startsWith('  ') || text.startsWith('   ')) continue
    const [, name, version] = /^ {2}(\S+)-(v?\d[\w.]*(?:-TRIAL)?)$/.exec(text.slice(0, 1024)) ?? []
    if (name === undefined || version === undefined)
      list.malformed(number, 'A distribution of cpanfile.snapshot is not written as name-version')
    else list.add(name, version, number, { declared: true })
  }
  return list.read
}
