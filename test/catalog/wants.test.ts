import { describe, expect, test } from 'vitest'
import { Wanting } from '../../src/image/wanting.ts'
import { catalogers } from '../../src/catalog/index.ts'
import type { Entry } from '../../src/model/tree.ts'
import { entry } from './file.ts'

type Case = readonly [path: string, rest?: Partial<Entry>]
const program = { mode: 0o755, size: 2 ** 20 }
const link = { type: 'symlink', mode: 0o777, link: 'x' } as const

const TABLE: Record<string, { wanted: readonly Case[]; left: readonly Case[] }> = {
  'os-release': {
    wanted: [['etc/os-release'], ['usr/lib/os-release'], ['etc/os-release', { type: 'hardlink', size: 0 }]],
    left: [['etc/os-release', link], ['opt/etc/os-release'], ['etc/lsb-release']],
  },
  dpkg: {
    wanted: [['var/lib/dpkg/status'], ['var/lib/dpkg/status.d/libc6'], ['var/lib/dpkg/status.d/libssl1.1']],
    left: [
      ['var/lib/dpkg/status.d/base-files.md5sums'],
      ['var/lib/dpkg/status-old'],
      ['var/lib/dpkg/status.d/deep/er'],
      ['var/lib/dpkg/status.d', { type: 'directory' }],
      ['srv/var/lib/dpkg/status'],
    ],
  },
  'release-files': {
    wanted: [
      ['etc/alpine-release'],
      ['etc/debian_version'],
      ['etc/redhat-release'],
      ['etc/lsb-release'],
      ['etc/SuSE-release'],
    ],
    left: [['etc/os-release'], ['opt/etc/alpine-release'], ['etc/redhat-release', link], ['usr/lib/alpine-release']],
  },
  'dpkg-files': {
    wanted: [
      ['var/lib/dpkg/info/bash.list'],
      ['var/lib/dpkg/info/libc6:amd64.list'],
      ['var/lib/dpkg/status.d/base.md5sums'],
      ['var/lib/dpkg/diversions'],
    ],
    left: [
      ['var/lib/dpkg/info/bash.md5sums'],
      ['var/lib/dpkg/info/bash.conffiles'],
      ['var/lib/dpkg/status.d/base'],
      ['var/lib/dpkg/info/bash.list', { type: 'directory' }],
      ['srv/var/lib/dpkg/info/bash.list'],
    ],
  },
  'dpkg-licences': {
    wanted: [['usr/share/doc/bash/copyright']],
    left: [
      ['usr/share/doc/bash/copyright', link],
      ['usr/share/doc/bash/examples/copyright'],
      ['opt/usr/share/doc/bash/copyright'],
      ['usr/share/doc/copyright'],
    ],
  },
  chisel: {
    wanted: [['var/lib/chisel/manifest.wall'], ['opt/chisel/manifest.wall']],
    left: [['var/lib/chisel/other.wall'], ['var/lib/chisel/manifest.wall', link]],
  },
  pacman: {
    wanted: [['var/lib/pacman/local/zlib-1:1.3.1-2/desc'], ['var/lib/pacman/local/zlib-1:1.3.1-2/files']],
    left: [
      ['var/lib/pacman/local/zlib-1:1.3.1-2/mtree'],
      ['var/lib/pacman/local/ALPM_DB_VERSION'],
      ['var/lib/pacman/sync/core/zlib-1:1.3.1-2/desc'],
      ['var/lib/pacman/local/a/b/desc'],
    ],
  },
  opkg: {
    wanted: [
      ['usr/lib/opkg/status'],
      ['var/lib/opkg/status'],
      ['opt/lib/opkg/status'],
      ['usr/lib/opkg/info/zlib.list'],
      ['usr/lib/opkg/info/zlib.control'],
    ],
    left: [
      ['usr/lib/opkg/info/zlib.prerm'],
      ['usr/lib/opkg/lists/base'],
      ['etc/opkg/status'],
      ['usr/lib/opkg/status', link],
    ],
  },
  portage: {
    wanted: [['var/db/pkg/sys-libs/zlib-1.3.1-r1/CONTENTS'], ['var/db/pkg/sys-libs/zlib-1.3.1-r1/LICENSE']],
    left: [
      ['var/db/pkg/sys-libs/zlib-1.3.1-r1/SLOT'],
      ['var/db/pkg/CONTENTS'],
      ['var/db/pkg/sys-libs/CONTENTS'],
      ['var/db/repos/gentoo/sys-libs/zlib/LICENSE'],
    ],
  },
  nix: {
    wanted: [['nix/store/00000000000000000000000000000000-bash-5.2', { type: 'directory', mode: 0o555 }]],
    left: [
      ['nix/store/00000000000000000000000000000000-bash-5.2/bin', { type: 'directory' }],
      ['nix/store/00000000000000000000000000000000-bash-5.2.drv'],
      ['nix/store/.links', { type: 'directory' }],
      ['nix/store', { type: 'directory' }],
    ],
  },
  apk: {
    wanted: [['lib/apk/db/installed'], ['usr/lib/apk/db/installed'], ['lib/apk/db-uvol/installed']],
    left: [['lib/apk/db/triggers'], ['etc/apk/world'], ['x/lib/apk/db/installed']],
  },
  npm: {
    wanted: [
      ['node_modules/a/package.json'],
      ['srv/app/node_modules/@s/a/package.json'],
      ['usr/lib/node_modules/npm/node_modules/a/node_modules/@s/b/package.json'],
      ['app/node_modules/.pnpm/a@1.0.0/node_modules/a/package.json'],
      ['app/node_modules/.pnpm/@s+a@1.0.0/node_modules/@s/a/package.json'],
      ['app/node_modules/.store/a-npm-1.0.0-0123456789/node_modules/a/package.json'],
      ['app/node_modules/.store/a-npm-1.0.0-0123456789/package/package.json'],
      ['app/node_modules/.bun/a@1.0.0/node_modules/a/package.json'],
      ['app/.yarn/unplugged/a-npm-1.0.0-0123456789/node_modules/a/package.json'],
      ['usr/share/nodejs/semver/package.json'],
      ['usr/lib/x86_64-linux-gnu/nodejs/@s/a/node_modules/b/package.json'],
    ],
    left: [
      ['app/package.json'],
      ['node_modules/package.json'],
      ['node_modules/@s/package.json'],
      ['node_modules/a/lib/package.json'],
      ['node_modules/a/test/fixtures/node_modules/b/package.json'],
      ['node_modules/.cache/a/package.json'],
      ['node_modules/.bin/package.json'],
      ['node_modules/.pnpm/a@1/package.json'],
      ['node_modules/.store/a-1/package.json'],
      ['node_modules/a/node_modules/node_modules/package.json'],
      ['node_modules/a/package.json', link],
      ['node_modules/a/package.json/package.json', { type: 'directory' }],
      ['usr/share/nodejs/semver/lib/package.json'],
      ['srv/share/nodejs/semver/package.json'],
      ['root/.cache/yarn/v6/npm-a-1.0.0-0123-integrity/node_modules/a/package.json'],
    ],
  },
  'npm-lock': {
    wanted: [
      ['package-lock.json'],
      ['srv/app/npm-shrinkwrap.json'],
      ['app/node_modules/.package-lock.json'],
      ['app/package-lock.json', { type: 'hardlink', size: 0 }],
    ],
    left: [
      ['app/node_modules/a/package-lock.json'],
      ['app/my-package-lock.json'],
      ['app/.package-lock.json'],
      ['app/package-lock.json', link],
    ],
  },
  'yarn-lock': {
    wanted: [['yarn.lock'], ['srv/app/yarn.lock']],
    left: [['app/node_modules/a/yarn.lock'], ['app/myyarn.lock'], ['app/yarn.lock', link]],
  },
  'yarn-cache': {
    wanted: [
      ['app/.yarn/cache/a-npm-1.0.0-0123456789-0123456789.zip'],
      ['root/.yarn/berry/cache/a-npm-1.0.0-0-10c0.zip'],
    ],
    left: [
      ['app/.yarn/releases/a.zip'],
      ['app/.yarn/cache/x/a.zip'],
      ['app/cache/a.zip'],
      ['app/.yarn/cache/a.zip', link],
    ],
  },
  'pnpm-lock': {
    wanted: [['pnpm-lock.yaml'], ['srv/app/pnpm-lock.yaml']],
    left: [['app/node_modules/a/pnpm-lock.yaml'], ['app/mypnpm-lock.yaml'], ['node_modules/.pnpm/lock.yaml']],
  },
  'bun-lock': {
    wanted: [['bun.lock'], ['srv/app/bun.lock'], ['app/bun.lockb']],
    left: [['app/node_modules/a/bun.lock'], ['app/bun.lock.bak'], ['app/mybun.lock']],
  },
  python: {
    wanted: [
      ['usr/lib/python3/dist-packages/pip-23.0.1.dist-info/METADATA'],
      ['usr/lib/python3/dist-packages/pip-23.0.1.dist-info/RECORD'],
      ['usr/lib/python3/dist-packages/six.egg-info/PKG-INFO'],
      ['usr/lib/python3/dist-packages/six.egg-info/installed-files.txt'],
      ['usr/lib/python3/dist-packages/pycups-2.0.1.egg-info'],
      ['opt/x/setuptools-57.4.0-py3.9.egg/EGG-INFO/PKG-INFO'],
      ['usr/lib/python3.12/site-packages/setuptools-57.4.0-py3.9.egg/EGG-INFO/PKG-INFO'],
      ['var/task/six-1.16.0.dist-info/METADATA'],
      ['srv/app/src/app.egg-info/PKG-INFO'],
    ],
    left: [
      ['usr/lib/python3/dist-packages/six.egg-info', { type: 'directory' }],
      ['x.dist-info/INSTALLER'],
      ['src/PKG-INFO'],
      ['x.dist-info/licenses/METADATA'],
      ['usr/lib/python3.12/site-packages/setuptools/_vendor/wheel-0.43.0.dist-info/METADATA'],
      ['var/task/setuptools/_vendor/wheel-0.43.0.dist-info/METADATA'],
      ['usr/lib/python3.12/site-packages/a/tests/data/b.egg-info/PKG-INFO'],
      ['usr/lib/python3.12/site-packages/~ip-23.0.dist-info/METADATA'],
    ],
  },
  'python-egg': {
    wanted: [['usr/lib/python3.8/site-packages/a-1.0-py3.8.egg']],
    left: [['a.egg', { type: 'directory' }], ['a.egg', { size: 4 }], ['a.whl']],
  },
  'poetry-lock': {
    wanted: [['poetry.lock'], ['srv/app/pdm.lock'], ['srv/app/uv.lock'], ['app/pylock.toml'], ['app/pylock.dev.toml']],
    left: [['app/Cargo.lock'], ['app/pylock.a.b.toml'], ['x/site-packages/a/poetry.lock'], ['app/pyproject.toml']],
  },
  'pipfile-lock': {
    wanted: [['Pipfile.lock'], ['srv/app/Pipfile.lock']],
    left: [['app/myPipfile.lock'], ['x/site-packages/a/Pipfile.lock'], ['app/Pipfile']],
  },
  requirements: {
    wanted: [
      ['requirements.txt'],
      ['srv/app/requirements-dev.txt'],
      ['app/dev_requirements.txt'],
      ['app/requirements/base.txt'],
    ],
    left: [
      ['x/site-packages/a/requirements.txt'],
      ['app/requirements.in'],
      ['app/requirements/base.md'],
      ['app/robots.txt'],
    ],
  },
  conda: {
    wanted: [['opt/conda/conda-meta/zlib-1.2.13-h166bdaf_4.json'], ['conda-meta/a-1-0.json']],
    left: [['opt/conda/conda-meta/history'], ['opt/conda/conda-meta/x/a.json'], ['opt/conda/a.json']],
  },
  'conda-environment': {
    wanted: [['environment.yml'], ['srv/app/environment.yaml']],
    left: [['srv/my-environment.yml'], ['x/site-packages/a/environment.yml']],
  },
  gem: {
    wanted: [
      ['usr/lib/ruby/gems/3.1.0/specifications/default/json-2.6.1.gemspec'],
      ['var/lib/gems/3.1.0/specifications/rack-2.2.4.gemspec'],
      ['app/vendor/bundle/ruby/3.1.0/bundler/gems/rack-0123456789ab/rack.gemspec'],
    ],
    left: [
      ['var/lib/gems/3.1.0/gems/rack-2.2.4/rack.gemspec'],
      ['srv/app/app.gemspec'],
      ['specifications/x/y/a.gemspec'],
      ['specifications/a.gemspec', link],
    ],
  },
  'gemfile-lock': {
    wanted: [['Gemfile.lock'], ['srv/app/gems.locked']],
    left: [['var/lib/gems/3.1.0/gems/rack-2.2.4/Gemfile.lock'], ['app/Gemfile'], ['app/Cargo.lock']],
  },
  composer: {
    wanted: [['srv/app/vendor/composer/installed.json'], ['composer/installed.json']],
    left: [['srv/app/vendor/composer/installed.php'], ['srv/mycomposer/installed.json']],
  },
  'composer-lock': {
    wanted: [['composer.lock'], ['srv/app/composer.lock']],
    left: [['srv/app/vendor/acme/one/composer.lock'], ['srv/app/composer.json']],
  },
  go: {
    wanted: [
      ['usr/local/bin/app', program],
      ['app', program],
      ['app', { ...program, type: 'hardlink', size: 0 }],
      ['docs', program],
      ['usr/lib/libapp.so', { ...program, mode: 0o644 }],
      ['usr/lib/libapp.so.1', { ...program, mode: 0o644 }],
      ['app.exe', { ...program, mode: 0o644 }],
      ['made-executable-later', { ...program, mode: 0o644 }],
    ],
    left: [
      ['usr/local/bin/app', { ...program, mode: 0o644, size: 2 ** 19 }],
      ['app.dat', { ...program, mode: 0o644 }],
      ['usr/local/bin/app', { ...program, size: 1000 }],
      ['usr/local/bin/app', { ...program, type: 'directory' }],
      ['usr/share/doc/app/app', program],
      ['app.py', program],
      ['proc/self/exe', program],
    ],
  },
  rpm: {
    wanted: [
      ['var/lib/rpm/Packages'],
      ['var/lib/rpm/Packages', { type: 'hardlink', size: 0 }],
      ['var/lib/rpm/Packages.db'],
      ['usr/lib/sysimage/rpm/rpmdb.sqlite'],
      ['usr/share/rpm/rpmdb.sqlite'],
      ['var/lib/rpmmanifest/container-manifest-2'],
    ],
    left: [
      ['var/lib/rpm/Packages', { size: 0 }],
      ['var/lib/rpm/Packages', { type: 'directory' }],
      ['var/lib/rpm', { type: 'directory' }],
      ['var/lib/rpm/Name'],
      ['var/lib/rpm/rpmdb.sqlite-wal'],
      ['srv/backup/var/lib/rpm/Packages'],
    ],
  },
  binary: {
    wanted: [
      ['usr/local/bin/node', program],
      ['usr/local/lib/libssl.so.3', { size: 2 ** 20 }],
      ['opt/python3.12', { ...program, type: 'hardlink', size: 0 }],
    ],
    left: [
      ['usr/local/bin/node', { ...program, mode: 0o644 }],
      ['usr/local/bin/node', { ...program, size: 1000 }],
      ['usr/local/bin/app', program],
      ['usr/lib/ruby/openssl.so', program],
      ['usr/local/bin/node', { ...program, type: 'symlink' }],
    ],
  },
  'runtime-files': {
    wanted: [['usr/local/go/VERSION'], ['opt/java/openjdk/release'], ['var/www/wp-includes/version.php']],
    left: [
      ['opt/app/VERSION'],
      ['var/www/lib/version'],
      ['opt/java/release', { size: 2 ** 30 }],
      ['opt/java/release', link],
    ],
  },
  cocoapods: {
    wanted: [['Podfile.lock'], ['ios/Podfile.lock']],
    left: [['Podfile'], ['MyPodfile.lock'], ['a/Podfile.lock', link]],
  },
  conan: {
    wanted: [['conan.lock'], ['a/conanfile.txt'], ['root/.conan/data/zlib/1.2/_/_/package/0a/conaninfo.txt']],
    left: [['conanfile.py'], ['a/conaninfo.txt'], ['myconan.lock'], ['conan.lock', link]],
  },
  dart: {
    wanted: [['pubspec.lock'], ['a/pubspec.lock']],
    left: [['pubspec.yaml'], ['a.pubspec.lock'], ['pubspec.lock', link]],
  },
  elixir: { wanted: [['mix.lock'], ['a/mix.lock']], left: [['mix.exs'], ['remix.lock'], ['mix.lock', link]] },
  erlang: {
    wanted: [['rebar.lock'], ['a/rebar.lock'], ['lib/ssl-11/ebin/ssl.app'], ['ebin/a.app']],
    left: [['Applications/A.app'], ['src/a.app.src'], ['lib/ssl/src/ssl.app'], ['lib/a/ebin/a.app', link]],
  },
  haskell: {
    wanted: [['stack.yaml.lock'], ['a/cabal.project.freeze'], ['usr/lib/ghc/package.conf.d/base-4.18.conf']],
    left: [['stack.yaml'], ['etc/nginx/conf.d/a.conf'], ['package.conf.d/package.cache'], ['stack.yaml.lock', link]],
  },
  julia: {
    wanted: [
      ['Manifest.toml'],
      ['a/JuliaManifest.toml'],
      ['a/Manifest-v1.11.toml'],
      ['root/.julia/packages/JSON/93Ea8/Project.toml'],
    ],
    left: [['Project.toml'], ['packages/a/Project.toml'], ['Cargo.toml'], ['Manifest.toml', link]],
  },
  lua: {
    wanted: [
      ['usr/lib/luarocks/rocks-5.1/lpeg/1.0.2-1/rock_manifest'],
      ['usr/lib/luarocks/rocks/lpeg/1.0.2-1/rock_manifest'],
      ['usr/lib/luarocks/rocks-5.4/lpeg/1.0.2-1/lpeg-1.0.2-1.rockspec'],
    ],
    left: [['src/lpeg-1.0.2-1.rockspec'], ['rocks-5.1/rock_manifest'], ['x/lpeg/1/rock_manifest']],
  },
  ocaml: {
    wanted: [['home/opam/.opam/5.1/.opam-switch/switch-state']],
    left: [['.opam-switch/switch-state'], ['a/switch-state']],
  },
  perl: {
    wanted: [['a/META.json'], ['META.yml'], ['a/MYMETA.json'], ['usr/lib/perl5/perllocal.pod'], ['cpanfile.snapshot']],
    left: [['a/meta.json'], ['cpanfile'], ['perlop.pod'], ['META.json', link]],
  },
  r: {
    wanted: [['usr/lib/R/library/stats/DESCRIPTION'], ['renv.lock'], ['a/renv.lock']],
    left: [['DESCRIPTION.txt'], ['a/DESCRIPTION', { type: 'directory' }], ['myrenv.lock']],
  },
  swift: {
    wanted: [['Package.resolved'], ['a/Package.resolved']],
    left: [['Package.swift'], ['MyPackage.resolved'], ['Package.resolved', link]],
  },
  rust: {
    wanted: [
      ['usr/bin/rg', program],
      ['app', { ...program, type: 'hardlink', size: 0 }],
    ],
    left: [
      ['usr/bin/rg', { ...program, size: 1000 }],
      ['usr/bin/rg', link],
      ['x.sh', program],
    ],
  },
  java: {
    wanted: [
      ['app.jar'],
      ['opt/tomcat/webapps/ROOT.war'],
      ['x.EAR'],
      ['plugins/git.jpi'],
      ['app/META-INF/maven/org.x/a/pom.properties'],
    ],
    left: [
      ['app.jar', link],
      ['app.jar', { size: 10 }],
      ['app.jar', { type: 'directory' }],
      ['app.zip'],
      ['pom.properties'],
      ['src/pom.properties'],
      ['jar'],
    ],
  },
  dotnet: {
    wanted: [['app/App.deps.json'], ['root/.nuget/packages/a/1.0.0/a.nuspec']],
    left: [['app/deps.json'], ['src/a.nuspec'], ['app/App.runtimeconfig.json']],
  },
  cargo: {
    wanted: [['Cargo.lock'], ['app/Cargo.toml']],
    left: [['app/NotCargo.lock'], ['app/cargo.lock'], ['app/Cargo.toml.orig']],
  },
  'go-mod': {
    wanted: [['go.mod'], ['src/go.mod'], ['vendor/modules.txt'], ['src/vendor/modules.txt']],
    left: [['src/go.sum'], ['src/modules.txt'], ['src/cargo.mod']],
  },
  gradle: {
    wanted: [
      ['app/gradle.lockfile'],
      ['buildscript-gradle.lockfile'],
      ['app/gradle/dependency-locks/compileClasspath.lockfile'],
      ['gradle/verification-metadata.xml'],
      ['gradle/libs.versions.toml'],
    ],
    left: [['app/other.lockfile'], ['my-verification-metadata.xml'], ['versions.toml']],
  },
  maven: {
    wanted: [['pom.xml'], ['app/pom.xml']],
    left: [
      ['app/META-INF/maven/g/a/pom.xml'],
      ['usr/share/maven-repo/g/a/1/pom.xml'],
      ['app/mypom.xml'],
      ['app/pom.xml', { type: 'directory' }],
    ],
  },
  nuget: {
    wanted: [
      ['src/packages.lock.json'],
      ['obj/project.assets.json'],
      ['src/packages.config'],
      ['src/x.csproj'],
      ['src/x.fsproj'],
      ['src/x.vbproj'],
      ['Directory.Packages.props'],
      ['paket.lock'],
      ['paket.dependencies'],
    ],
    left: [
      ['src/package-lock.json'],
      ['src/x.vcxproj'],
      ['src/web.config'],
      ['Directory.Build.props'],
      ['assets.json'],
    ],
  },
  unread: {
    wanted: [['gnu/store', { type: 'directory' }], ['var/lib/snapd/state.json'], ['var/lib/flatpak/repo/config']],
    left: [['var/lib/pacman/local/zlib-1.3-1/desc'], ['nix/store/abc-bash/bin/bash'], ['var/lib/dpkg/status']],
  },
  accounts: {
    wanted: [['etc/passwd'], ['etc/shadow'], ['etc/group']],
    left: [['etc/passwd-'], ['etc/gshadow'], ['etc/pam.d/passwd'], ['etc/passwd', link]],
  },
  sudoers: {
    wanted: [['etc/sudoers'], ['etc/sudoers.d/10-app']],
    left: [['etc/sudoers.d/app.conf'], ['etc/sudoers.d/app~'], ['etc/sudoers.d/a/b'], ['etc/sudoers.dist']],
  },
  setuid: {
    wanted: [
      ['bin/su', { mode: 0o4755 }],
      ['bin/wall', { mode: 0o2755 }],
      ['bin/mount', { mode: 0o4755, type: 'hardlink' }],
    ],
    left: [
      ['bin/ls', { mode: 0o755 }],
      ['var/mail', { mode: 0o2775, type: 'directory' }],
      ['bin/l', { type: 'symlink', mode: 0o6777 }],
    ],
  },
  'file-capabilities': {
    wanted: [['bin/ping', { xattrs: new Map([['security.capability', new Uint8Array(20)]]) }]],
    left: [['bin/ping'], ['bin/ping', { xattrs: new Map([['user.x', new Uint8Array(20)]]) }]],
  },
  programs: {
    wanted: [
      ['bin/sh', { mode: 0o755 }],
      ['srv/mine', { mode: 0o700 }],
      ['bin/sh', { mode: 0o755, type: 'hardlink', size: 0 }],
      ['bin', link],
      ['lib/ld-musl-x86_64.so.1', link],
      ['usr/lib64/ld-linux-x86-64.so.2', link],
      ['root', { type: 'directory', mode: 0o700 }],
    ],
    left: [
      ['srv/data', { mode: 0o644 }],
      ['usr/lib/libz.so.1', link],
      ['usr/share/zoneinfo/UCT', link],
      ['usr/share/doc/x/run', { mode: 0o755 }],
      ['srv', { type: 'directory', mode: 0o755 }],
      ['dev/fd', link],
      ['proc', { type: 'directory', mode: 0o555 & 0o500 }],
    ],
  },
  interpreters: {
    wanted: [
      ['entrypoint.sh', { mode: 0o755, size: 100 }],
      ['app.py', program],
    ],
    left: [
      ['entrypoint.sh', { mode: 0o644, size: 100 }],
      ['bin/sh', link],
      ['usr/lib/libz.so.1', program],
      ['srv', { type: 'directory', mode: 0o755 }],
    ],
  },
  'world-writable': {
    wanted: [
      ['tmp', { type: 'directory', mode: 0o1777 }],
      ['srv/data', { mode: 0o666 }],
      ['process/x', { mode: 0o666 }],
    ],
    left: [
      ['bin/sh', link],
      ['dev/null', { type: 'character', mode: 0o666 }],
      ['dev/shm', { type: 'directory', mode: 0o1777 }],
      ['proc', { type: 'directory', mode: 0o777 }],
      ['sys/x', { mode: 0o666 }],
      ['run/x', { type: 'fifo', mode: 0o666 }],
      ['srv/data', { mode: 0o664 }],
    ],
  },
}

test('the table has every cataloger', () => {
  expect(Object.keys(TABLE).toSorted()).toEqual(catalogers.map((cataloger) => cataloger.name).toSorted())
})

describe.each(catalogers.map((cataloger) => [cataloger.name, cataloger] as const))('%s', (name, cataloger) => {
  const show = ([path, rest]: Case) => `${path} ${rest ? JSON.stringify(rest) : ''}`.trim()
  test.each((TABLE[name]?.wanted ?? []).map((one) => [show(one), one] as const))('wants %s', (_, [path, rest]) => {
    expect(new Wanting([cataloger]).of(path, entry(path, rest)), 'by its names and by what it says').toEqual([
      cataloger,
    ])
  })
  test.each((TABLE[name]?.left ?? []).map((one) => [show(one), one] as const))('leaves %s', (_, [path, rest]) => {
    expect(cataloger.wants(path, entry(path, rest))).toBe(false)
  })
})
