/** Package tools that order versions, asked for many pairs at once. Undefined where a tool is absent. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { works } from '../support/works.ts'

export type Pair = readonly [a: string, b: string]
/** One order (-1, 0, 1) for each pair. */
export type Oracle = (pairs: readonly Pair[]) => readonly number[]

function ask(command: string, args: readonly string[], pairs: readonly Pair[]): readonly number[] {
  const input = pairs.map((pair) => `${pair.join(' ')}\n`).join('')
  const { status, stdout, stderr } = spawnSync(command, args, { input, encoding: 'utf8', maxBuffer: 1e8 })
  if (status !== 0) throw new Error(`${command} failed: ${stderr}`)
  const orders = stdout.trim().split(/\s+/).map(Number)
  if (orders.length !== pairs.length)
    throw new Error(`${command} gave ${orders.length} answers for ${pairs.length} pairs`)
  return orders
}

/** dpkg --compare-versions, by a shell that asks for each. */
const DPKG = `while read -r a b; do
  if dpkg --compare-versions "$a" lt "$b"; then echo -1; elif dpkg --compare-versions "$a" eq "$b"; then echo 0; else echo 1; fi
done`
/** rpm's own Lua: rpm.ver is rpmverParse and rpmverCmp. Its print ends no line. */
const RPM = `%{lua: for line in io.lines() do
  local a, b = line:match("([^ ]+) ([^ ]+)"); local x, y = rpm.ver(a), rpm.ver(b)
  print((x < y and -1 or x == y and 0 or 1) .. " ") end}`
/** libalpm's alpm_pkg_vercmp, which vercmp(8) prints. */
const ALPM = `import ctypes, sys
lib = None
for version in range(20, 11, -1):
    try:
        lib = ctypes.CDLL('libalpm.so.%d' % version)
        break
    except OSError:
        pass
if lib is None:
    sys.exit(3)
for line in sys.stdin:
    a, b = line.encode().split()
    print(lib.alpm_pkg_vercmp(a, b))
`
const RUBY = `require 'rubygems'
STDIN.each_line { |line| a, b = line.split; puts(Gem::Version.new(a) <=> Gem::Version.new(b)) }`
const PACKAGING = `import sys
try:
    from packaging.version import Version
except ImportError:
    from pip._vendor.packaging.version import Version
for line in sys.stdin:
    a, b = map(Version, line.split())
    print((a > b) - (a < b))
`
/** Where Debian's libmaven3-core-java puts it. */
const MAVEN = '/usr/share/java/maven-artifact-3.x.jar'
const MAVEN_NEEDS = '/usr/share/java/commons-lang3.jar'
const JAVA = `import java.io.*;
import org.apache.maven.artifact.versioning.ComparableVersion;
public class Compare {
  public static void main(String[] args) throws IOException {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
    for (String line; (line = in.readLine()) != null; ) {
      String[] pair = line.split(" ");
      System.out.println(Integer.signum(new ComparableVersion(pair[0]).compareTo(new ComparableVersion(pair[1]))));
    }
  }
}`
function maven(pairs: readonly Pair[]): readonly number[] {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-maven-'))
  try {
    writeFileSync(join(folder, 'Compare.java'), JAVA)
    return ask('java', ['-cp', `${MAVEN}:${MAVEN_NEEDS}`, join(folder, 'Compare.java')], pairs)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export const oracles: Readonly<Record<string, Oracle | undefined>> = {
  deb: works('dpkg', '--version') ? (pairs) => ask('sh', ['-c', DPKG], pairs) : undefined,
  rpm: works('rpm', '--version') ? (pairs) => ask('rpm', ['--eval', RPM], pairs) : undefined,
  alpm: works('python3', '-c', ALPM) ? (pairs) => ask('python3', ['-c', ALPM], pairs) : undefined,
  gem: works('ruby', '-e', '') ? (pairs) => ask('ruby', ['-e', RUBY], pairs) : undefined,
  pypi: works('python3', '-c', PACKAGING) ? (pairs) => ask('python3', ['-c', PACKAGING], pairs) : undefined,
  maven: existsSync(MAVEN) && works('java', '-version') ? maven : undefined,
}
