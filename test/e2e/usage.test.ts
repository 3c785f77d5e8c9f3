/** Wrong usage: exit 2, one line on standard error that says what is wrong and what to do, nothing on standard output. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { dockerArchive } from '../support/archive.ts'
import { folder, HARMLESS, plimsoll } from './run.ts'

const here = folder()
const good = here.put('good.yaml', HARMLESS)
const web = here.put('web.tar', dockerArchive({ layers: [[]] }))
const policy = here.put('policy.yaml', 'title: x\nsays: y\nselect: { rules: all, off: [privileeged] }\n')
const config = here.put('wrong/plimsoll.yaml', 'polcy: strict\n')
mkdirSync(join(here.path, 'nothing'))
here.put('others/notes.txt', 'x')
here.put('others/deeper/picture.png', '\x89PNG')
const digest = `ghcr.io/a/b@sha256:${'a'.repeat(64)}`

/** Words, then what the message must say. */
const cases: readonly (readonly [title: string, words: readonly string[], ...says: readonly (string | RegExp)[]])[] = [
  ['a misspelt command', ['scn', good], 'scn is no command: did you mean "scan"? See: plimsoll --help'],
  ['help on a misspelt command', ['help', 'scann'], 'did you mean "scan"?'],
  ['a target in the place of a command', [good], `Did you mean: plimsoll scan ${good}`],
  ['an image in the place of a command', ['nginx:1.27'], 'Did you mean: plimsoll scan nginx:1.27'],
  [
    'a misspelt option',
    ['scan', '--fromat', 'json', good],
    '--fromat: did you mean "--format"? See: plimsoll scan --help',
  ],
  [
    'an option that is far from all',
    ['scan', '--xyzzy', good],
    'scan has no option --xyzzy. See: plimsoll scan --help',
  ],
  ['an unknown letter', ['scan', '-Z', good], 'scan has no option -Z.'],
  ['an option without its value', ['scan', good, '--format'], '--format needs a value: --format=FORMAT.'],
  ['a value that begins like an option', ['scan', '--output', '--quiet', good], '--output needs a value'],
  ['a switch with a value', ['scan', '--quiet=1', good], '--quiet takes no value.'],
  [
    'an option given twice',
    ['scan', '--policy', 'default', '--policy', 'strict', good],
    '--policy is given more than once',
  ],
  ['a misspelt format', ['scan', '-f', 'sraif', good], 'There is no format "sraif": did you mean "sarif"?'],
  [
    'a format that is none',
    ['scan', '-f', 'excel', good],
    'known are text, json, markdown, sarif, cyclonedx, cyclonedx-xml, spdx.',
  ],
  ['a misspelt format of an output', ['scan', '-o', 'sraif=x', good], 'did you mean "sarif"?'],
  ['a format of facts', ['facts', '-f', 'sarif', good], 'facts are told as text or json, not as "sarif".'],
  ['a format of rules', ['rules', '-f', 'jsn'], 'rules are told as text or json, not as "jsn".'],
  ['a misspelt policy', ['scan', '--policy', 'strct', good], 'there is no policy "strct": did you mean "strict"?'],
  ['a misspelt policy of rules', ['rules', '--policy', 'strct'], 'did you mean "strict"?'],
  [
    'a policy file that is not there',
    ['scan', '--policy', './nope.yaml', good],
    'The policy ./nope.yaml cannot be read: there is no such file.',
  ],
  ['a policy with a misspelt rule', ['scan', '--policy', policy, good], `${policy}:3:29`, 'did you mean "privileged"?'],
  [
    'a configuration that is not there',
    ['scan', '--config', 'nope.yaml', good],
    'The configuration nope.yaml cannot be read: there is no such file.',
  ],
  [
    'a configuration with a misspelt key',
    ['scan', '--config', config, good],
    `${config}:1:1`,
    'did you mean "policy"?',
  ],
  ['a misspelt rule to ignore', ['scan', '--ignore', 'privileeged', good], 'did you mean "privileged"?'],
  [
    'a misspelt severity',
    ['scan', '--fail-on', 'hgh', good],
    '--fail-on is one of critical, high, medium, low, info, never, not "hgh"; perhaps "high".',
  ],
  ['a misspelt word of --unknown', ['scan', '--unknown', 'blok', good], 'perhaps "block"'],
  ['a misspelt rule to explain', ['explain', 'privleged'], 'did you mean "privileged"? See: plimsoll rules'],
  ['a misspelt field to explain', ['explain', 'container.user.udi'], 'did you mean "container.user.uid"?'],
  ['nothing to explain', ['explain'], 'plimsoll explain privileged'],
  ['a word too many for rules', ['rules', 'privileged'], 'plimsoll explain privileged'],
  ['no target', ['scan'], 'plimsoll scan compose.yaml'],
  ['no target of facts', ['facts'], 'plimsoll facts compose.yaml'],
  ['an image reference', ['scan', 'nginx:1.27'], 'docker save nginx:1.27 | plimsoll scan -'],
  ['an image reference without a tag', ['scan', 'nginx'], 'docker save nginx | plimsoll scan -'],
  ['an image reference with a digest', ['scan', digest], `docker save ${digest} | plimsoll scan -`],
  [
    'an image reference for --image',
    ['scan', good, '--image', 'web=nginx:1'],
    '--image: ',
    'docker save -o image.tar nginx:1',
  ],
  [
    'an absent target',
    ['scan', 'nope.yaml'],
    'There is no file or folder nope.yaml.',
    'Looked for: images (docker save, OCI)',
  ],
  ['an absent target beside a present one', ['scan', good, './nope'], 'There is no file or folder ./nope.'],
  ['a target without a name', ['scan', ''], 'There is no file or folder "".'],
  ['a misspelt prefix', ['scan', 'compos:x.yaml'], 'did you mean "compose"?'],
  ['an absent target with a prefix', ['scan', 'compose:nope.yaml'], 'There is no file or folder nope.yaml.'],
  ['a prefix for a text on an image', ['scan', `compose:${web}`], 'compose: reads a text file'],
  [
    'a prefix for an archive on a folder',
    ['scan', `docker-archive:${here.path}`],
    'is a folder; docker-archive: reads a file',
  ],
  ['a prefix for a folder on an archive', ['scan', `oci-layout:${web}`], `oci-archive:${web}`],
  ['a prefix for an image on a text', ['scan', `docker-archive:${good}`], 'is a text; docker-archive: reads an image'],
  ['--image without a name', ['scan', '--image', 'web', good], '--image is NAME=PATH'],
  ['--image with a text', ['scan', good, '--image', `web=${config}`], '--image: ', 'is not an image'],
  ['--engine with something else', ['scan', good, '--engine', good], '--engine: ', 'neither a daemon.json nor'],
  [
    '--engine that is not there',
    ['scan', good, '--engine', 'nope.json'],
    '--engine: There is no file or folder nope.json.',
  ],
  ['a platform that is none', ['scan', web, '--platform', 'arm'], '--platform is OS/ARCH, such as linux/arm64'],
  ['an output into an absent folder', ['scan', good, '-o', 'json=/nope/x.json'], 'there is no folder /nope'],
  ['an output that is a folder', ['scan', good, '-o', `json=${here.path}`], 'cannot be written: it is a folder.'],
  ['an output over a target', ['scan', good, '-o', `json=${good}`], 'would overwrite what is scanned'],
  ['an empty folder', ['scan', join(here.path, 'nothing')], 'holds nothing that can be scanned.', 'Looked for: '],
  ['a folder with other files only', ['scan', join(here.path, 'others')], '(2 files of other kinds were passed over)'],
  ['standard input twice', ['scan', '-', '-'], 'Standard input is empty'],
]

describe('wrong usage', () => {
  for (const [title, words, ...says] of cases)
    it(title, async () => {
      const ran = await plimsoll(words)
      expect(ran).toMatchObject({ code: 2, out: '' })
      for (const text of says)
        if (typeof text === 'string') expect(ran.err).toContain(text)
        else expect(ran.err).toMatch(text)
      expect(ran.err).toMatch(/^plimsoll: [^\n]+\n$/)
      expect(ran.err).not.toMatch(/\?\.|\.\.\s|undefined|\bE[A-Z]{4,}\b/)
    })
  it('standard input can be given once', async () => {
    const ran = await plimsoll(['scan', '-', 'compose:-'], { stdin: HARMLESS })
    expect(ran).toMatchObject({ code: 2, err: 'plimsoll: Standard input can be given once only.\n' })
  })
  it('several mistakes of a configuration are told at once, a line each', async () => {
    const file = here.put('two/plimsoll.yaml', 'polcy: strict\nthreshold: hgh\n')
    const ran = await plimsoll(['scan', '--config', file, good])
    expect(ran.code).toBe(2)
    expect(ran.err.match(/^plimsoll: .*plimsoll\.yaml:\d+:\d+ /gm)).toHaveLength(2)
  })
})
