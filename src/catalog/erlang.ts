import type { Cataloger, ImageFile } from '../model/tree.ts'
import { isRegular } from './entry.ts'
import { property, termsOf, type Term } from './format/erlang.ts'
import { listOf, sourceAt, textOfFile, type PackageList } from './format/finds.ts'

/**
 * Packages of Erlang and Elixir. Installed: application resource files, `ebin/NAME.app` (app(4)), of a release, of `_build` or of the system.
 * What Erlang/OTP and Elixir bring themselves has the type `otp`; all others are what Hex would install, `hex`. Declared: rebar.lock (Rebar3).
 */
export const erlang: Cataloger = {
  name: 'erlang',
  version: 1,
  body: true,
  packages: true,
  names: ['*.app', 'rebar.lock'],
  wants: (path, entry) =>
    ((path.endsWith('.app') && isApplication(path)) || path.endsWith('/rebar.lock') || path === 'rebar.lock') &&
    isRegular(entry),
  parse(file) {
    return file.path.endsWith('.app') ? applicationOf(file) : lockedBy(file)
  },
}

function isApplication(path: string): boolean {
  const folder = path.lastIndexOf('/')
  return path.endsWith('/ebin', folder) || path.startsWith('ebin/')
}

/** `{application, cowboy, [{vsn, "2.9.0"}, ...]}.` */
function applicationOf(file: ImageFile) {
  const list = listOf(file, 'hex')
  const [word, name, about] = termsOf(textOfFile(file))?.[0]?.items ?? []
  const version = property(about, 'vsn')?.items?.[1]?.text
  if (word?.text !== 'application' || name?.text === undefined || version === undefined)
    list.malformed(1, 'The file is no application resource file of Erlang that names an application and its version')
  else {
    // Hex writes them for its own packages only: they are no field of OTP.
    const licences = property(about, 'licenses')?.items?.[1]?.items?.flatMap(({ text }) => text ?? []) ?? []
    list.add(name.text, version, name.line, {
      ...(OWN.has(name.text) && { type: 'otp' }),
      ...(licences.length > 0 && { licences }),
    })
  }
  return list.read
}

/** `{"1.2.0", [{<<"cowboy">>, {pkg, <<"cowboy">>, <<"2.9.0">>}, 0}]}.`, or of Rebar3 before 3.5 the list alone. */
function lockedBy(file: ImageFile) {
  const list = listOf(file, 'hex')
  const terms = termsOf(textOfFile(file))
  if (!terms) list.malformed(1, 'The file is not made of terms of Erlang, as rebar.lock is')
  const first = terms?.[0]
  const locks = first?.items?.[0]?.items ? first.items : (first?.items?.[1]?.items ?? [])
  for (const lock of locks) lockOf(list, lock)
  return list.read
}

function lockOf(list: PackageList, { line, items: [name, source] = [] }: Term): void {
  const [kind, first, second] = source?.items ?? []
  if (name?.text === undefined || kind?.text === undefined || first?.text === undefined)
    list.malformed(line, 'A record of rebar.lock is not one that Rebar3 writes')
  else if (kind.text === 'pkg') list.add(first.text, second?.text ?? '', line, { declared: true })
  else {
    const revision = second?.items?.[1]?.text
    list.add(name.text, '', line, {
      declared: true,
      ...(revision !== undefined && { qualifiers: sourceAt(kind.text, first.text, revision) }),
    })
  }
}

/** Applications of Erlang/OTP (github.com/erlang/otp, lib/ of releases 17 to 28) and of Elixir (github.com/elixir-lang/elixir, lib/). */
const OWN: ReadonlySet<string> = new Set(
  `asn1 common_test compiler cosEvent cosEventDomain cosFileTransfer cosNotification cosProperty cosTime cosTransactions crypto debugger
  dialyzer diameter edoc eldap erl_docgen erl_interface erts et eunit ftp gs hipe ic inets jinterface kernel megaco mnesia observer odbc
  orber os_mon ose otp_mibs parsetools percept public_key reltool runtime_tools sasl snmp ssh ssl stdlib syntax_tools test_server tftp
  tools typer webtool wx xmerl
  eex elixir ex_unit iex logger mix`.split(/\s+/),
)
