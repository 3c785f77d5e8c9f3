/**
 * Lines that start containers: `docker run`, `docker create`, `podman run`, `nerdctl run` in shell scripts, Makefiles, fenced code
 * of Markdown (`--markdown`) and `ExecStart=` of systemd units.
 */
import { elements, isList, isMap, type Node } from '../document/node.ts'
import type { Read } from '../model/notice.ts'
import type { Dialect, Found } from './dialect.ts'
import { runAsks } from './docker/run-asks.ts'
import { inWords, withOptions } from './docker/run-write.ts'
import { foundRuns, runCall, runSilence } from './docker/run-line.ts'
import { nameOfFile, together } from './together.ts'
import { unitCommands } from './docker-run/unit.ts'

/** Shells, Makefiles and Markdown are a list of commands; a unit has them in its keys. */
const commandsOf = (root: Node): Read<readonly Node[]> =>
  isMap(root) ? unitCommands(root) : { value: elements(root).filter((command) => isList(command)), notices: [] }

function containers(root: Node): Read<readonly Found[]> {
  const commands = commandsOf(root)
  const found = foundRuns(commands.value, root)
  // What a page of documentation shows is as often the same container in several ways as several containers.
  const isPage = /\.(?:md|markdown)$/i.test(root.place.file)
  const whole = together('engine', nameOfFile(root.place.file), root)
  const value = isPage ? found.value : found.value.map((one) => ({ ...one, together: whole }))
  return { value, notices: [...commands.notices, ...found.notices] }
}

export const dockerRun: Dialect = {
  name: 'docker-run',
  says: 'docker run, podman run and nerdctl run lines in shell scripts, Makefiles, systemd units and (with --markdown) Markdown',
  runtime: 'docker',
  syntaxes: ['shell', 'make', 'markdown', 'unit'],
  mention: /docker|podman|nerdctl/,
  sign: 'a docker run, podman run or nerdctl run line',
  is: (root) => commandsOf(root).value.some((command) => runCall(command) !== undefined),
  containers,
  asks: withOptions(runAsks(), inWords),
  silence: runSilence,
}
