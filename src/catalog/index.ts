import type { Cataloger } from '../model/tree.ts'
import { accounts } from './accounts.ts'
import { apk } from './apk.ts'
import { chisel } from './chisel.ts'
import { dpkg } from './dpkg.ts'
import { dpkgFiles } from './dpkg-files.ts'
import { dpkgLicences } from './dpkg-licences.ts'
import { nix } from './nix.ts'
import { opkg } from './opkg.ts'
import { pacman } from './pacman.ts'
import { portage } from './portage.ts'
import { releaseFiles } from './release-files.ts'
import { fileCapabilities } from './file-capabilities.ts'
import { go } from './go.ts'
import { nuget } from './nuget.ts'
import { dotnet } from './dotnet.ts'
import { maven } from './maven.ts'
import { gradle } from './gradle.ts'
import { goMod } from './go-mod.ts'
import { cargo } from './cargo.ts'
import { java } from './java.ts'
import { interpreters } from './interpreters.ts'
import { npm } from './npm.ts'
import { osRelease } from './os-release.ts'
import { programs } from './programs.ts'
import { python } from './python.ts'
import { pythonEgg } from './python-egg.ts'
import { rust } from './rust.ts'
import { rpm } from './rpm.ts'
import { setuid } from './setuid.ts'
import { sudoers } from './sudoers.ts'
import { unread } from './unread.ts'
import { cocoapods } from './cocoapods.ts'
import { conan } from './conan.ts'
import { dart } from './dart.ts'
import { elixir } from './elixir.ts'
import { erlang } from './erlang.ts'
import { haskell } from './haskell.ts'
import { julia } from './julia.ts'
import { lua } from './lua.ts'
import { ocaml } from './ocaml.ts'
import { perl } from './perl.ts'
import { r } from './r.ts'
import { swift } from './swift.ts'
import { yarnCache } from './yarn-cache.ts'
import { npmLock } from './npm-lock.ts'
import { yarnLock } from './yarn-lock.ts'
import { pnpmLock } from './pnpm-lock.ts'
import { bunLock } from './bun-lock.ts'
import { poetryLock } from './poetry-lock.ts'
import { pipfileLock } from './pipfile-lock.ts'
import { requirements } from './requirements.ts'
import { conda } from './conda.ts'
import { condaEnvironment } from './conda-environment.ts'
import { gem } from './gem.ts'
import { gemfileLock } from './gemfile-lock.ts'
import { composer } from './composer.ts'
import { composerLock } from './composer-lock.ts'
import { binary } from './binary.ts'
import { runtimeFiles } from './runtime-files.ts'
import { worldWritable } from './world-writable.ts'

/** Those that tell which packages an image has, and of which distribution it is: all that a list of its parts (SBOM) needs. */
export const packageCatalogers: readonly Cataloger[] = [
  osRelease,
  releaseFiles,
  dpkg,
  dpkgFiles,
  dpkgLicences,
  apk,
  chisel,
  pacman,
  opkg,
  portage,
  nix,
  rpm,
  npm,
  python,
  pythonEgg,
  yarnCache,
  npmLock,
  yarnLock,
  pnpmLock,
  bunLock,
  poetryLock,
  pipfileLock,
  requirements,
  conda,
  condaEnvironment,
  gem,
  gemfileLock,
  composer,
  composerLock,
  go,
  rust,
  java,
  dotnet,
  cargo,
  goMod,
  gradle,
  maven,
  nuget,
  cocoapods,
  conan,
  dart,
  elixir,
  erlang,
  haskell,
  julia,
  lua,
  ocaml,
  perl,
  r,
  swift,
  binary,
  runtimeFiles,
  unread,
]

/** Every cataloger, in the order in which they are asked. A new one is a file and a line here or above; a test says when they differ. */
export const catalogers: readonly Cataloger[] = [
  ...packageCatalogers,
  accounts,
  sudoers,
  setuid,
  fileCapabilities,
  worldWritable,
  programs,
  interpreters,
]
