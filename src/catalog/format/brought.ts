/** Files that authors left in their packages say nothing of the image: nobody reads the lock file of an installed package. */

/** Folders that hold what package managers installed. */
const INSTALLED = ['node_modules/', 'site-packages/', 'dist-packages/', '.yarn/', 'go/pkg/mod/', '.cargo/registry/']
/** `gems/NAME-VERSION/` of RubyGems. */
const GEM = /(?:^|\/)gems\/[^/]+-\d[^/]*\//

/** True below such a folder: the file was brought by a package, not written for this image. For paths of lock files and requirements. */
export const isBrought = (path: string): boolean =>
  INSTALLED.some((folder) => path.startsWith(folder) || path.includes(`/${folder}`)) || GEM.test(path)
