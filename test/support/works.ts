/** Whether a real part is here: the command can be run, and ends well. */
import { spawnSync } from 'node:child_process'

export const works = (command: string, ...args: readonly string[]): boolean =>
  spawnSync(command, args, { stdio: 'ignore', timeout: 20_000 }).status === 0
