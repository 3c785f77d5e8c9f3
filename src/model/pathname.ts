/** Paths as the kernel walks them (path_resolution(7)), as far as their text tells: links are not known here. */
import { posix } from 'node:path'

const UNCLEAN = /\/\.{0,2}(?:\/|$)|^\.{1,2}\//
/** Without `//`, `/./`, `/../` and a slash at the end. Most paths are clean already. */
export const cleanPath = (path: string): string =>
  UNCLEAN.test(path)
    ? posix
        .normalize(path)
        .replace(/^\/+/, '/')
        .replace(/(.)\/$/, '$1')
    : path

/** Both clean: `path` is `folder` or below it. */
export const isBelow = (path: string, folder: string): boolean =>
  path.startsWith(folder) && (path.length === folder.length || folder === '/' || path[folder.length] === '/')

/** A clean path, with `/var/run` as the `/run` that every distribution links it to. */
export const withRun = (path: string): string =>
  path === '/var/run' || path.startsWith('/var/run/') ? path.slice('/var'.length) : path
