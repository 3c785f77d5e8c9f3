import type { Cataloger } from '../model/tree.ts'
import { complaintsAbout, MAX_WORD } from './complaints.ts'
import { isRegular } from './entry.ts'
import { gemspecOf } from './format/gemspec.ts'

/** Bytes of a specification. Those with long lists of files have some hundred kilobytes. */
const MAX_SIZE = 4 * 2 ** 20

/**
 * Gems that are installed, one specification each, written by RubyGems: those that `gem list` lists, in any home of gems, with those that
 * came with Ruby (`specifications/default`) and those of Debian's packages; and what Bundler checked out of repositories.
 * A gemspec elsewhere is the source of one: nobody installed it.
 */
export const gem: Cataloger = {
  name: 'gem',
  version: 1,
  body: true,
  packages: true,
  names: ['*.gemspec'],
  wants: (path, entry) => path.endsWith('.gemspec') && PLACE.test(path) && isRegular(entry),
  parse(file) {
    const complaints = complaintsAbout(file)
    const { name, version, platform, licences, line } = gemspecOf(
      file.body.length > MAX_SIZE ? file.body.subarray(0, MAX_SIZE) : file.body,
      file.path,
    )
    if (name === '' || version === '' || name.length > MAX_WORD || version.length > MAX_WORD) {
      complaints.add(
        'gem-specification-unreadable',
        line,
        'The specification of an installed gem has no name or version that can be read without running it, so the gem is not known. Install it anew.',
        true,
      )
      return { value: {}, notices: complaints.notices }
    }
    const found = {
      type: 'gem',
      name,
      version,
      architecture: '',
      source: '',
      ...(licences.length > 0 && { licences }),
      ...(platform !== '' && platform !== 'ruby' && { qualifiers: { platform } }),
      line,
    } as const
    return { value: { packages: [found] }, notices: [] }
  },
}

/** The second is that of Bundler's checkouts (`bundler/gems/NAME-1234567`), to which it writes the specification. */
const PLACE = /(?:^|\/)(?:specifications\/(?:default\/)?|bundler\/gems\/[^/]+\/)[^/]+\.gemspec$/
