/**
 * Workflows of GitHub Actions: the container that a job runs in, the services beside it, and `docker run` in its steps.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idcontainer
 */
import { child, entries, isList, isMap, type Node } from '../document/node.ts'
import { elements } from '../document/node.ts'
import type { Dialect } from './dialect.ts'
import { runAsks } from './docker/run-asks.ts'
import { withOptions } from './docker/run-write.ts'
import { findJobs } from './github-workflow/job.ts'
import { inOptions } from './github-workflow/write.ts'
import { docker } from './silence/docker.ts'

/** Keys of a workflow that nothing else with `jobs` has (CircleCI, GitLab, Azure Pipelines have other ones). */
const JOB = ['runs-on', 'uses', 'container', 'services']

/** `jobs` is a map of jobs that say where they run, or what they use. */
export function isWorkflow(root: Node): boolean {
  if (!isMap(root) || root.value.has('apiVersion')) return false
  const jobs = child(root, 'jobs')
  return isMap(jobs) && entries(jobs).some(([, job]) => isMap(job) && isJob(job))
}
const isJob = (job: Node): boolean => {
  const has = (key: string): boolean => child(job, key).missing !== true
  if (!JOB.some(has)) return false
  if (has('runs-on')) return true
  return has('uses')
    ? typeof child(job, 'uses').value === 'string'
    : isList(child(job, 'steps')) && elements(child(job, 'steps')).length > 0
}

export const githubWorkflow: Dialect = {
  name: 'github-workflow',
  says: 'Workflows of GitHub Actions: containers and services of jobs, and docker run in their steps',
  runtime: 'docker',
  mention: /(?:^|[{,])[ \t]*["']?jobs["']?[ \t]*:/m,
  sign: '`jobs` with `runs-on`',
  is: isWorkflow,
  containers: findJobs,
  asks: withOptions(runAsks(), inOptions),
  // Jobs with containers have a network of their own, made by the runner.
  silence: docker,
}
