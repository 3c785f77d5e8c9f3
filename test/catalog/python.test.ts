import { zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { conda } from '../../src/catalog/conda.ts'
import { condaEnvironment } from '../../src/catalog/conda-environment.ts'
import { packagesOf as joined } from '../../src/catalog/packages.ts'
import { pipfileLock } from '../../src/catalog/pipfile-lock.ts'
import { poetryLock } from '../../src/catalog/poetry-lock.ts'
import { python } from '../../src/catalog/python.ts'
import { pythonEgg } from '../../src/catalog/python-egg.ts'
import { requirements } from '../../src/catalog/requirements.ts'
import type { Cataloger } from '../../src/model/tree.ts'
import { fileOf, parse, told } from './file.ts'

function declared(cataloger: Cataloger, path: string, text: string): readonly string[] {
  const { value, notices } = parse(cataloger, path, text)
  expect(notices).toEqual([])
  for (const one of value.packages ?? []) expect(one.declared).toBe(true)
  return (value.packages ?? []).map(({ name, version, line }) => `${name} ${version} ${line}`)
}
const finds = (cataloger: Cataloger, path: string, text: string) => {
  const file = fileOf(path, text)
  return { file, cataloger: cataloger.name, finds: cataloger.parse(file).value }
}

describe('python', () => {
  const SITE = 'usr/lib/python3/dist-packages'
  test.each([
    ['License-Expression: MIT OR Apache-2.0\nLicense: no', ['MIT OR Apache-2.0']],
    ['License: BSD', ['BSD']],
    ['License: UNKNOWN\nClassifier: License :: OSI Approved :: MIT License', ['MIT License']],
    [
      'License: Copyright\n  by somebody\nClassifier: License :: OSI Approved\nClassifier: License :: Public Domain',
      ['Public Domain'],
    ],
    [`License: ${'x'.repeat(200)}`, undefined],
  ])('licence: %s', (headers, licences) => {
    const { value } = parse(python, `${SITE}/a.egg-info`, `Name: a\n${headers}\nVersion: 1\n\nLicense-Expression: no\n`)
    expect(value.packages?.[0]?.licences).toEqual(licences)
  })

  test('its files are those of the record beside it, and of no other of that name', () => {
    const all = [
      finds(python, `${SITE}/typing_extensions-4.0.dist-info/METADATA`, 'Name: typing-extensions\nVersion: 4.0\n'),
      finds(
        python,
        `${SITE}/typing_extensions-4.0.dist-info/RECORD`,
        'typing_extensions.py,sha256=x,1\n"a, ""b"".py",,\n../../../bin/run,,\n/etc/x,,\n',
      ),
      finds(
        python,
        'opt/v/site-packages/typing_extensions-5.dist-info/METADATA',
        'Name: Typing.Extensions\nVersion: 5\n',
      ),
      finds(python, 'opt/v/site-packages/typing_extensions-5.dist-info/RECORD', 'five.py,,\n'),
      finds(python, `${SITE}/old.egg-info/PKG-INFO`, 'Name: old\nVersion: 1\n'),
      finds(python, `${SITE}/old.egg-info/installed-files.txt`, '../old/__init__.py\nPKG-INFO\n'),
    ]
    expect(joined({ finds: all }).installed.map(({ purl, files }) => [purl, files])).toEqual([
      ['pkg:pypi/typing-extensions@5', ['opt/v/site-packages/five.py']],
      ['pkg:pypi/old@1', [`${SITE}/old/__init__.py`, `${SITE}/old.egg-info/PKG-INFO`]],
      ['pkg:pypi/typing-extensions@4.0', [`${SITE}/typing_extensions.py`, `${SITE}/a, "b".py`, 'usr/bin/run', 'etc/x']],
    ])
  })

  test('two spellings of one name are one package', () => {
    const all = [
      finds(python, 'a/site-packages/x.dist-info/METADATA', 'Name: ruamel.yaml\nVersion: 1\n'),
      finds(python, 'b/site-packages/x.dist-info/METADATA', 'Name: Ruamel_Yaml\nVersion: 1\n'),
    ]
    const { installed } = joined({ finds: all })
    expect(installed.map(({ name, purl, locations }) => [name, purl, locations.length])).toEqual([
      ['ruamel.yaml', 'pkg:pypi/ruamel-yaml@1', 2],
    ])
  })
})

describe('python-egg', () => {
  const egg = (text: string) =>
    Buffer.from(zipSync({ 'EGG-INFO/PKG-INFO': Buffer.from(text), 'a/x.py': Buffer.from('') }))
  test('reads the metadata in the archive', () => {
    const { value, notices } = parse(pythonEgg, 'a.egg', egg('Name: a\nVersion: 1.0\nLicense: MIT\n'))
    expect(notices).toEqual([])
    expect(value.packages).toEqual([
      { type: 'pypi', name: 'a', version: '1.0', architecture: '', source: '', line: 1, licences: ['MIT'] },
    ])
  })
  test('damage is told; an archive without metadata is none', () => {
    expect(told(parse(pythonEgg, 'a.egg', egg('Name: a\n')).notices)).toEqual(['python-egg-unreadable 1 lost'])
    const whole = egg('Name: a\nVersion: 1\n')
    for (let size = 0; size < whole.length; size++)
      expect(told(parse(pythonEgg, 'a.egg', whole.subarray(0, size)).notices)).toEqual(['python-egg-unreadable 1 lost'])
    expect(parse(pythonEgg, 'a.egg', Buffer.from(zipSync({ x: Buffer.from('') })))).toEqual({ value: {}, notices: [] })
  })
})

describe('requirements', () => {
  test.each<readonly [string, readonly string[]]>([
    ['requests==2.31.0', ['requests 2.31.0']],
    ['requests', ['requests ']],
    ['requests>=2,<3', ['requests ']],
    ['Zope.Interface [a,b] == 1.0 ; python_version < "3"  # why', ['Zope.Interface 1.0']],
    ['a===1.0+local', ['a 1.0+local']],
    ['a==1.*', ['a ']],
    ['a!=1.5,==1.4', ['a 1.4']],
    ['a (==1.0)', ['a 1.0']],
    ['a~=1.0', ['a ']],
    ['a==1.0 --hash=sha256:0123 --hash=sha256:4567', ['a 1.0']],
    ['a @ https://example.org/a-2.0-py3-none-any.whl#sha256=0', ['a 2.0']],
    ['a[x] @ git+https://example.org/a@v1', ['a ']],
    ['https://example.org/Some_Thing-1.0%2Bcpu-cp311-cp311-linux_x86_64.whl', ['Some_Thing 1.0+cpu']],
    ['-e git+https://example.org/a.git@v1#egg=a-b', ['a-b ']],
    ['--editable=.', []],
    ['./local', []],
    ['-r other.txt', []],
    ['--index-url https://u:p@example.org/simple', []],
    ['# a==1', []],
    ['', []],
    ['this is prose', []],
  ])('%s', (text, expected) => {
    expect(declared(requirements, 'requirements.txt', `${text}\n`)).toEqual(expected.map((one) => `${one} 1`))
  })
  test('goes on after a backslash; the line is the first', () => {
    const text = '\uFEFFa==1.0 \\\n    --hash=sha256:0 \\\n    --hash=sha256:1\r\n# no \\\nb==2\\\n.0\nc'
    expect(declared(requirements, 'requirements.txt', text)).toEqual(['a 1.0 1', 'b 2.0 5', 'c  7'])
  })
})

describe('lock files', () => {
  test('of Poetry, PDM and uv', () => {
    const text = `version = 1

[[package]]
description = """
[[package]]
name = "no"
"""
name = "a"
version = "1.0"

[package.source]
name = "pypi"

[[ package ]] # b
name = 'B_b'
version = "2.0"
source = { editable = "." }

[[package]]
name = "c"
version = "3.0"
source = { editable = "inner" }
`
    // Where a text of several lines looks like a header no line is told but the first.
    expect(declared(poetryLock, 'uv.lock', text)).toEqual(['a 1.0 1', 'c 3.0 1'])
    const plain = text.replace(/description = """[\s\S]*?"""\n/, '')
    expect(declared(poetryLock, 'poetry.lock', plain)).toEqual(['a 1.0 4', 'c 3.0 16'])
  })
  test('pylock.toml (PEP 751)', () => {
    const text =
      'lock-version = "1.0"\n[[packages]]\nversion = "1"\nname = "a"\n[[packages]]\nname = "b"\ndirectory = {path = "."}\n'
    expect(declared(poetryLock, 'pylock.x.toml', text)).toEqual(['a 1 4', 'b  6'])
  })
  test('Pipfile.lock', () => {
    const text = `{"_meta": {"a": {"version": "==0"}},
"default": {
  "a": {"version": "==1.0"},
  "git": {"git": "https://example.org/a"}},
"docs": {"b": {"version": "==2.0"}}}`
    expect(declared(pipfileLock, 'Pipfile.lock', text)).toEqual(['a 1.0 3', 'b 2.0 5'])
  })
  test.each([
    [poetryLock, 'poetry.lock', '[[package]]\nname = \n', 2],
    [pipfileLock, 'Pipfile.lock', '{', 1],
    [condaEnvironment, 'environment.yml', 'a: "\n', 1],
  ])('%o: %s is told', (cataloger, path, text, line) => {
    expect(told(parse(cataloger, path, text).notices)).toEqual([`lock-file-unreadable ${line} lost`])
  })
})

describe('conda', () => {
  test('name, version, build, files below the environment, licence; no password of a channel', () => {
    const text = `{
  "build": "h5eee18b_0",
  "channel": "https://user:secret@conda.example.org/t/token/main/linux-64",
  "depends": [],
  "files": ["lib/libz.so.1", "bin/x", 7],
  "license": "Zlib",
  "name": "zlib",
  "subdir": "linux-64",
  "version": "1.2.13"
}`
    expect(parse(conda, 'opt/conda/envs/a/conda-meta/zlib-1.2.13-h5eee18b_0.json', text)).toEqual({
      value: {
        packages: [
          {
            type: 'conda',
            name: 'zlib',
            version: '1.2.13',
            architecture: '',
            source: '',
            licences: ['Zlib'],
            qualifiers: {
              build: 'h5eee18b_0',
              channel: 'https://conda.example.org/main/linux-64',
              subdir: 'linux-64',
            },
            files: ['opt/conda/envs/a/lib/libz.so.1', 'opt/conda/envs/a/bin/x'],
            line: 7,
          },
        ],
      },
      notices: [],
    })
  })
  test.each(['', '{"name":"a"}', '{"version":"1"}', '[]'])('%j is told', (text) => {
    expect(told(parse(conda, 'conda-meta/a.json', text).notices)).toEqual(['conda-record-unreadable 1 lost'])
  })
  test('what an environment is to have', () => {
    const text = `name: a
channels: [conda-forge]
dependencies:
  - python=3.11.4
  - conda-forge::numpy=1.26.0=py311_0
  - scipy>=1.10
  - pip
  - pip:
    - requests==2.31.0
    - -r other.txt
`
    expect(declared(condaEnvironment, 'environment.yml', text)).toEqual([
      'python 3.11.4 4',
      'numpy 1.26.0 5',
      'scipy  6',
      'pip  7',
      'requests 2.31.0 9',
    ])
    const { value } = parse(condaEnvironment, 'environment.yml', text)
    expect(value.packages?.map(({ type }) => type)).toEqual(['conda', 'conda', 'conda', 'conda', 'pypi'])
  })
})
