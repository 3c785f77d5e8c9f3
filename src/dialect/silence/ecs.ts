/**
 * What ECS does where a task definition says nothing. On container instances its agent asks Docker, and what it asks for besides is
 * little; on Fargate AWS runs the task in a virtual machine of its own.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
 */
import type { container } from '../../model/fields.ts'
import { refuse } from '../ask.ts'
import { is, isList, type Silence } from '../dialect.ts'
import { docker } from './docker.ts'

const HEALTH = 'ECS looks at the check of the task definition alone, not at that of the image'

/** On EC2 and on machines of one's own (EXTERNAL). */
export const onEc2: Silence<typeof container> = {
  ...docker,
  role: is('main', 'no container of the task waits for it to end'),
  image: {
    ...docker.image,
    pull: is('always', 'the agent pulls it whenever a task starts (ECS_IMAGE_PULL_BEHAVIOR may say otherwise)'),
  },
  restart: {
    policy: is('no', 'the service starts another task instead'),
    retries: is(0, 'no number of retries can be written'),
  },
  namespaces: {
    ...docker.namespaces,
    network: is('own', 'the task is in bridge mode by default'),
  },
  network: { mode: is('bridge', 'the default of Linux tasks'), names: isList([], 'ECS names no networks') },
  environment: is([], 'none set here; ECS adds AWS_ and ECS_ variables of its own'),
  health: { ...docker.health, check: is(false, HEALTH) },
  resources: {
    ...docker.resources,
    swap: is(0, 'not set: the instance decides'),
    pids: refuse('ECS_TASK_PIDS_LIMIT of the agent on the instance decides'),
  },
  cgroupParent: is('', "the agent's own: /ecs and the id of the task"),
}

/** All tasks run on Fargate, where nobody else has a machine to set anything on. */
export const fargate: Silence<typeof container> = {
  ...onEc2,
  image: { ...docker.image, pull: is('always', 'Fargate keeps no images') },
  noNewPrivileges: is(false, 'Fargate has no such setting'),
  init: is(false, 'no init process unless asked'),
  namespaces: {
    ...onEc2.namespaces,
    ipc: is('own', "the task's own virtual machine"),
    user: is('host', 'Fargate makes none: that of its virtual machine'),
    cgroup: refuse('AWS does not say which cgroups a container on Fargate sees'),
    network: is('own', "the task's own interface (awsvpc)"),
  },
  network: { mode: is('awsvpc', 'all that Fargate has'), names: isList([], 'ECS names no networks') },
  seccomp: {
    ...docker.seccomp,
    kind: is('runtime-default', "the default profile of Fargate's runtime, which nobody can replace"),
  },
  apparmor: {
    ...docker.apparmor,
    kind: refuse('AWS does not say what confines a container on Fargate besides its virtual machine'),
  },
  ulimits: is([], "none set: Fargate's own, 65535 open files"),
  resources: {
    ...onEc2.resources,
    pids: refuse('AWS does not say how many processes a task on Fargate may have'),
    ephemeralStorage: is(20 * 2 ** 30, '20 GiB unless ephemeralStorage says more'),
    sharedMemory: is(0, 'Fargate has no such setting'),
  },
  cgroupParent: is('', "Fargate's own"),
  runtime: is('fargate', 'every task on Fargate has a virtual machine of its own'),
  logging: { driver: is('none', 'Fargate keeps no logs unless logConfiguration says where') },
}
