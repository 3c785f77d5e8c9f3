/** Where the file of a labelled case would be in an image, so that the cataloger takes it for what it is. */

/** By the ecosystem of osv-scalibr's labels; `name` is the file's path below its test data. */
export const PLACES: Readonly<Record<string, (name: string) => string>> = {
  'language/cpp/conanlock': () => 'app/conan.lock',
  'language/dart/pubspec': () => 'app/pubspec.lock',
  'language/dotnet/csproj': () => 'app/app.csproj',
  'language/dotnet/nugetcpm': () => 'app/Directory.Packages.props',
  'language/dotnet/paketdependencies': () => 'app/paket.dependencies',
  'language/dotnet/depsjson': () => 'app/app.deps.json',
  'language/dotnet/paketlock': () => 'app/paket.lock',
  'language/dotnet/packagesconfig': () => 'app/packages.config',
  'language/dotnet/projectassetsjson': () => 'app/obj/project.assets.json',
  'language/elixir/mixlock': () => 'app/mix.lock',
  'language/erlang/mixlock': () => 'app/mix.lock',
  'language/golang/gobinary': () => 'usr/bin/x',
  'language/golang/gomod': () => 'app/go.mod',
  'language/golang/vendormodules': () => 'app/vendor/modules.txt',
  'language/haskell/stacklock': () => 'app/stack.yaml.lock',
  'language/haskell/cabal': () => 'app/cabal.project.freeze',
  'language/java/archive': (name) => `app/${name.replace(/.*\//, '').replace(/\.jar$/, '')}.jar`,
  'language/java/gradlelockfile': () => 'app/gradle.lockfile',
  'language/java/gradleverificationmetadataxml': () => 'app/gradle/verification-metadata.xml',
  'language/java/gradleversioncatalog': () => 'app/gradle/libs.versions.toml',
  'language/java/pomxml': () => 'app/pom.xml',
  'language/javascript/bunlock': () => 'app/bun.lock',
  'language/javascript/packagejson': () => 'app/node_modules/x/package.json',
  'language/javascript/packagelockjson': () => 'app/package-lock.json',
  'language/javascript/pnpmlock': () => 'app/pnpm-lock.yaml',
  'language/javascript/yarnlock': () => 'app/yarn.lock',
  'language/julia/manifesttoml': () => 'app/Manifest.toml',
  'language/perl/cpan': (name) =>
    name.endsWith('.yml')
      ? 'usr/local/share/perl5/auto/X/META.yml'
      : 'usr/local/lib/perl5/site_perl/5.38.0/x86_64-linux-gnu/.meta/X-1/MYMETA.json',
  'language/php/composerlock': () => 'app/composer.lock',
  'language/python/condameta': (name) => `opt/conda/conda-meta/${name.split('/').at(-1)}.json`,
  'language/python/pdmlock': () => 'app/pdm.lock',
  'language/python/pipfilelock': () => 'app/Pipfile.lock',
  'language/python/poetrylock': () => 'app/poetry.lock',
  'language/python/pylock': () => 'app/pylock.toml',
  'language/python/requirements': () => 'app/requirements.txt',
  'language/python/uvlock': () => 'app/uv.lock',
  'language/python/wheelegg': (name) =>
    /egginfo|pkginfo|egg-info/.test(name) && !name.includes('dist-info')
      ? name.endsWith('egginfo')
        ? 'usr/lib/python3/dist-packages/x.egg-info'
        : 'usr/lib/python3/dist-packages/x.egg-info/PKG-INFO'
      : 'usr/lib/python3/dist-packages/x.dist-info/METADATA',
  'language/r/renvlock': () => 'app/renv.lock',
  'language/ruby/gemfilelock': () => 'app/Gemfile.lock',
  'language/ruby/gemspec': (name) =>
    `usr/local/lib/ruby/gems/3.2.0/specifications/${name
      .split('/')
      .at(-1)
      ?.replace(/\.gemspec$/, '')}.gemspec`,
  'language/rust/cargoauditable': () => 'usr/bin/x',
  'language/rust/cargolock': () => 'app/Cargo.lock',
  'language/rust/cargotoml': () => 'app/Cargo.toml',
  'language/swift/packageresolved': () => 'app/Package.resolved',
  'language/swift/podfilelock': () => 'app/Podfile.lock',
  'os/apk': () => 'lib/apk/db/installed',
  'os/chisel': () => 'var/lib/chisel/manifest.wall',
  'os/dpkg': (name) =>
    name.includes('/opkg/')
      ? 'usr/lib/opkg/status'
      : name.includes('status.d/')
        ? 'var/lib/dpkg/status.d/x.md5sums'
        : 'var/lib/dpkg/status',
  'os/pacman': () => 'var/lib/pacman/local/x-1-1/desc',
}

/** Ecosystems of osv-scalibr whose files no cataloger reads, and why. */
export const NOT_READ: Readonly<Record<string, string>> = {
  'language/dotnet/dotnetpe':
    'an assembly has a version of its own, which is not that of its package (Newtonsoft.Json 13.0.3 is assembly 13.0.0.0); the deps.json beside it names packages',
  'language/gleam/gleamtoml': 'requirements as ranges; a release of Erlang, which is what Gleam builds, is read',
  'language/javascript/denojson': 'requirements as ranges; what Deno loaded is in its cache',
  'language/javascript/denotssource': 'imports of a source text',
  'language/javascript/vsix': 'an archive of an extension that is not installed',
  'language/julia/projecttoml': 'requirements; Manifest.toml beside it says what was resolved',
  'language/ocaml/opam':
    'what a switch has is listed in its switch-state, which is read; a .install lists files of one package',
  'language/python/pyprojecttoml': 'requirements as ranges; a lock file or what is installed says versions',
  'language/python/setup': 'a program that would have to be run; what it installs has metadata, which is read',
  'misc/vscodeextensions': 'extensions of an editor, which no image runs',
}

/** Where an answer differs from a label. */
export interface Difference {
  readonly reason: string
  /** What the label has and we have not, as `name version`. */
  readonly missing?: readonly string[]
  /** What we have and the label has not. */
  readonly extra?: readonly string[]
}

const CONSTANT =
  'the source of a gem whose version is a constant of another file; RubyGems writes it out in the specification of an installed gem, so one without is told as lost'
const MODE =
  'the label is of a mode of SCALIBR that takes more from the name; the same file has another label, which we give'

/** Of osv-scalibr, by `ecosystem file#case`; a second case of the same name is `...#case (2)`. */
export const DIFFERENT: Readonly<Record<string, Difference>> = {
  'language/golang/gomod replace-local.mod#replacements_ local': {
    reason:
      'a folder is no name of a module; ours keeps the name that is replaced, as the build information of a program does',
    missing: ['./fork/net '],
    extra: ['golang.org/x/net v1.2.3'],
  },
  'language/golang/gomod indirect-packages.mod#exclude indirect': {
    reason:
      'the label is of a mode that leaves indirect requirements out; the same file has another label, which we give',
    extra: [
      'github.com/mattn/go-colorable v0.1.9',
      'github.com/mattn/go-isatty v0.0.14',
      'golang.org/x/sys v0.0.0-20210630005230-0f9fa26af87c',
    ],
  },
  'language/java/archive no_pom_properties-2.4.0.jar#Jar file with no pom.properties but has manifest, and IdentifyByFilename enabled':
    {
      reason: MODE,
      missing: ['org.apache.ivy:no_pom_properties 2.4.0'],
      extra: ['no_pom_properties:no_pom_properties 2.4.0'],
    },
  'language/java/archive no_pom_properties-2.4.0.jar#Test combination of filename and manifest with group ID transform':
    {
      reason: MODE,
      missing: ['org.elasticsearch:no_pom_properties 2.4.0'],
      extra: ['no_pom_properties:no_pom_properties 2.4.0'],
    },
  'language/java/gradleverificationmetadataxml missing-attribute.xml#missing attribute': {
    reason: 'components without group, name or version are no artifacts: they are told as lost',
    missing: [':pdfbox 2.0.17', 'org.apache.pdfbox: 2.0.17', 'org.apache.pdfbox:pdfbox '],
  },
  'language/java/pomxml with-parent.xml#with parent': {
    reason: 'what the parent, another file, decides is not known here',
    missing: ['org.dave:dave 4.0.0', 'org.frank:frank '],
  },
  'language/javascript/packagejson vscode-extension-only-required.json#VSCode extension with only required fields': {
    reason:
      'SCALIBR takes any package.json of a disk; below node_modules `npm ls` lists an extension of VS Code like any package',
    extra: ['grunt 1.0.0'],
  },
  'language/javascript/packagejson unity-package.json#Unity package': {
    reason: 'the same: a Unity package stands in no node_modules, and if it does `npm ls` lists it',
    extra: ['org.khronos.unitygltf 2.13.0'],
  },
  'language/python/wheelegg monotonic-1.6-py2.py3-none-any.whl#.whl': {
    reason: 'a wheel is an archive that is not installed; put where metadata belongs it is told as lost',
    missing: ['monotonic 1.6'],
  },
  'language/ruby/gemspec version_constant/version_constant.gemspec#version constant gemspec': {
    reason: CONSTANT,
    missing: ['example_app 1.2.3'],
  },
  'language/ruby/gemspec version_constant_join/version_constant_join.gemspec#version constant via File.join': {
    reason: CONSTANT,
    missing: ['example_app_join 4.5.6'],
  },
  'language/ruby/gemspec version_constant_require/version_constant_require.gemspec#version constant via require': {
    reason: CONSTANT,
    missing: ['example_app_require 0.9.9'],
  },
  'language/ruby/gemspec version_constant_expand_join/version_constant_expand_join.gemspec#version constant via nested File.expand_path and File.join':
    { reason: CONSTANT, missing: ['example_app_expand_join 6.7.8'] },
  'language/ruby/gemspec version_constant_class/version_constant_class.gemspec#version constant class': {
    reason: CONSTANT,
    missing: ['example_app 3.0.0'],
  },
  'language/rust/cargotoml invalid-dependency.toml#Invalid dependency toml': {
    reason: 'the crate itself is named rightly; the dependency that is not is told as lost',
    extra: ['hello_world 0.1.0'],
  },
  'os/dpkg opkg/statusfield#statusfield': {
    reason: 'the label counts `installed` alone; an unpacked package has its files on the disk, and so it counts here',
    extra: ['wantinstall_unpacked 1.0'],
  },
  'os/dpkg opkg/statusfield#statusfield including not installed': {
    reason: 'the label is of a mode that also counts packages without files',
    missing: ['wantdeinstall_configfiles 1.0', 'wantpurge_notinstalled 1.0', 'wantnostatus 1.0'],
  },
}

/** Of Trivy, by the name of its test. */
export const TRIVY: Readonly<Record<string, Difference>> = {
  npm: {
    reason: 'the label leaves development dependencies out; ours are named as declared, like all of a lock file',
    extra: ['z-lock 1.0.0'],
  },
  yarn: {
    reason:
      'Trivy reads package.json beside it too: it names the project itself and leaves development dependencies out',
    missing: ['integration 1.0.0'],
    extra: ['asap 2.0.6', 'promise 8.0.3'],
  },
  uv: { reason: 'the project itself, which the lock file does not install from anywhere', missing: ['uv-test 0.1.0'] },
}
