/** Compose files: https://github.com/compose-spec/compose-spec/blob/main/spec.md */
import { asks } from './compose/asks.ts'
import { findServices, isCompose, wantedFiles } from './compose/document.ts'
import type { Dialect } from './dialect.ts'
import { docker } from './silence/docker.ts'

/**
 * Read as `docker compose up` would, with `.env`, override files, `include` and `extends`. The shell's own variables are not
 * read: who starts the project has others. What only they could say is unknown, with the variable's name.
 */
export const compose: Dialect = {
  name: 'compose',
  says: 'Compose files (compose.yaml, docker-compose.yml), with .env, override files, include and extends',
  sign: '`services` with keys of Compose',
  runtime: 'docker',
  mention: /services|image|build|include/,
  is: isCompose,
  wants: wantedFiles,
  containers: findServices,
  asks,
  silence: docker,
}
