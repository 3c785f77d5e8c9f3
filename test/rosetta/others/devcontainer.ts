import type { Other } from '../others.ts'

export const other: Other = {
  files: {
    plain: 'devcontainer.json',
    web: 'devcontainer.json',
    host: 'devcontainer.json',
    joined: 'devcontainer.json',
  },
  differences: [
    {
      fields: ['command'],
      of: ['joined'],
      because: 'nobody can say a command',
    },
    {
      fields: ['entrypoint', 'command'],
      of: ['web'],
      because: "the tools run a shell of their own before the image's program, and nobody can say another",
    },
    {
      fields: ['entrypoint', 'command'],
      of: ['host'],
      because: "the tools run a shell of their own before the image's program, and nobody can say another",
    },
    {
      fields: ['mounts[/cache].options'],
      of: ['web'],
      because: 'its object form of a mount has type, source and target alone',
    },
    {
      fields: ['mounts[/etc/web.conf]', 'mounts[/run/secrets/cert]', 'resources.cpuReservation'],
      of: ['web'],
      because: 'docker run has no configurations, secrets and reservations of processors',
    },
    { fields: ['network.mode'], of: ['web'], because: 'networks are named by the same option as modes' },
    {
      fields: ['network.mode'],
      of: ['plain'],
      because: 'without --network it is the bridge of all containers; Compose makes a network for the project',
    },
  ],
  unasked: [
    { rows: ['entrypoint', 'command'], because: 'overrideCommand says only whether a shell that waits is run' },
    { rows: ['seccomp.text'], because: 'securityOpt could hold a whole profile, and nobody writes it there' },
    { rows: ['probes.host'], because: 'a probe is a command here: it has no host to name' },
    { rows: ['windows.credentialSpec'], because: 'devcontainers are of Linux' },
  ],
}
