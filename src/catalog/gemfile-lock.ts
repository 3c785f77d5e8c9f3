import type { Cataloger } from '../model/tree.ts'
import { isRegular } from './entry.ts'
import { isBrought } from './format/brought.ts'
import { linesOf } from './format/lines.ts'
import { LockFile } from './format/lock.ts'

const NAMES: ReadonlySet<string> = new Set(['Gemfile.lock', 'gems.locked'])
/** Sections with gems (Bundler::LockfileParser); of others (PLATFORMS, DEPENDENCIES, CHECKSUMS, BUNDLED WITH) none is read. */
const SOURCES: ReadonlySet<string> = new Set(['GEM', 'GIT', 'PATH', 'PLUGIN SOURCE'])
/** `    nokogiri (1.13.3-x86_64-linux)`: four blanks; what it depends on has six. No version of a gem has a hyphen. */
const SPEC = /^ {4}([^\s!()]+) \(([^\s()-]+)(?:-([^\s()]+))?\)!?$/

/** Bundler's lock file: the gems of each source. */
export const gemfileLock: Cataloger = {
  name: 'gemfile-lock',
  version: 1,
  body: true,
  packages: true,
  names: [...NAMES],
  wants: (path, entry) =>
    (path.endsWith('.lock') || path.endsWith('.locked')) &&
    NAMES.has(path.slice(path.lastIndexOf('/') + 1)) &&
    isRegular(entry) &&
    !isBrought(path),
  parse(file) {
    const lock = new LockFile(file, 'gem', 'bundle lock')
    if (lock.tooLarge(file.body.length)) return lock.read()
    let source = false
    let specs = false
    for (const { text, number } of linesOf(file.body)) {
      if (/^[<=>]{7}/.test(text)) return lock.unreadable('holds a conflict of versions that nobody has merged', number)
      if (/^\S/.test(text)) {
        source = SOURCES.has(text.trimEnd())
        specs = false
      } else if (source && text.startsWith('  specs:')) specs = true
      else if (specs && text.startsWith('    ') && text.charAt(4) !== ' ') {
        const [, name = '', version = '', platform = ''] = SPEC.exec(text.trimEnd()) ?? []
        const qualifiers = platform === '' || platform === 'ruby' ? {} : { qualifiers: { platform } }
        // A gem of a folder or a repository may have no version.
        if (name === '') lock.malformed(number, 'is no name with a version')
        else if (!lock.add(name, version, number, qualifiers)) break
      }
    }
    return lock.read()
  },
}
