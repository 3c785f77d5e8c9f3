/** What a row becomes in the text, in every dialect: small texts, the row, and the text after it. */
import { describe, expect, it } from 'vitest'
import { edit } from '../../src/document/edit.ts'
import { write } from '../../src/fix.ts'
import { readContainers, type Origin } from '../../src/texts.ts'
import { wanted } from './rows.ts'

const FILES: Readonly<Record<string, string>> = {
  kubernetes: 'pod.yaml',
  compose: 'compose.yaml',
  ecs: 'task.yaml',
  'oci-runtime': 'config.json',
  nomad: 'job.nomad',
  lxc: 'lxc.conf',
  lxd: 'web.yaml',
  nspawn: 'etc/systemd/nspawn/web.nspawn',
  quadlet: 'web.container',
  'docker-run': 'run.sh',
  'github-workflow': 'ci.yaml',
  devcontainer: 'devcontainer.json',
}
/** The text with one row written into its first container; `refused` where it cannot be. */
async function after(dialect: string, text: string, row: string, file: string): Promise<string> {
  const value = wanted.find((each) => each.row === row)?.value
  if (value === undefined) throw new Error(row)
  const origins: Origin[] = []
  await readContainers({ file, text, named: true }, (each) => void origins.push(each))
  const [origin] = origins
  if (origin?.dialect.name !== dialect) throw new Error(`read as ${origin?.dialect.name ?? 'nothing'}`)
  const changes = write(origin, row, value)
  const edited = changes && edit(origin.syntax, file, text, changes)
  return !edited ? 'refused' : 'refused' in edited ? `refused: ${edited.refused}` : edited.text
}

type Row = readonly [what: string, row: string, text: string, after: string, file?: string]
const pod = (container: string, spec = '', metadata = ''): string =>
  `apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n${metadata}spec:\n${spec}  containers:\n    - name: a\n${container}`
const task = (config: string, driver = 'docker'): string =>
  `job "j" {\n  group "g" {\n    task "t" {\n      driver = "${driver}"\n      config {\n        image = "x"\n${config}      }\n    }\n  }\n}\n`
const service = (keys: string): string => `services:\n  web:\n    image: x\n${keys}`
const workflow = (container: string): string =>
  `jobs:\n  test:\n    runs-on: x\n    container:\n      image: x\n${container}`

const TABLE: Readonly<Record<string, readonly Row[]>> = {
  kubernetes: [
    [
      'a profile of a file',
      'seccomp.kind',
      pod(
        '      securityContext:\n        seccompProfile:\n          type: Localhost # ours\n          localhostProfile: a.json\n',
      ),
      pod('      securityContext:\n        seccompProfile:\n          type: RuntimeDefault # ours\n'),
    ],
    [
      'what the pod says, in the pod',
      'seccomp.kind',
      pod('      image: x\n', '  securityContext:\n    seccompProfile: { type: Unconfined }\n'),
      pod('      image: x\n', '  securityContext:\n    seccompProfile: { type: RuntimeDefault }\n'),
    ],
    [
      'what nobody says, in the container',
      'seccomp.kind',
      pod('      image: x\n'),
      pod('      image: x\n      securityContext:\n        seccompProfile:\n          type: RuntimeDefault\n'),
    ],
    [
      'an annotation that counts',
      'apparmor.kind',
      pod('      image: x\n', '', '  annotations:\n    container.apparmor.security.beta.kubernetes.io/a: unconfined\n'),
      pod(
        '      image: x\n',
        '',
        '  annotations:\n    container.apparmor.security.beta.kubernetes.io/a: runtime/default\n',
      ),
    ],
    [
      'the container’s own word before the pod’s',
      'user.mustBeNonRoot',
      pod('      securityContext: { runAsNonRoot: false }\n', '  securityContext: { runAsNonRoot: true }\n'),
      pod('      securityContext: { runAsNonRoot: true }\n', '  securityContext: { runAsNonRoot: true }\n'),
    ],
    [
      'podman’s annotation goes',
      'selinux.disabled',
      pod('      image: x\n', '', '  annotations:\n    io.podman.annotations.label/a: disable\n    b: c\n'),
      pod('      image: x\n', '', '  annotations:\n    b: c\n'),
    ],
    [
      'a template does not know',
      'privileged',
      pod('      securityContext: { privileged: "{{ .Values.x }}" }\n'),
      'refused',
    ],
  ],
  compose: [
    [
      'an option',
      'noNewPrivileges',
      service('    security_opt:\n      - no-new-privileges:false # c\n      - a:b\n'),
      service('    security_opt:\n      - a:b\n      - no-new-privileges:true\n'),
    ],
    ['no option yet', 'noNewPrivileges', service(''), service('    security_opt:\n      - no-new-privileges:true\n')],
    [
      'an option that a variable may be',
      'seccomp.kind',
      service('    security_opt: ["seccomp=${P}"]\n'),
      service('    security_opt: ["seccomp=${P}", "seccomp=builtin"]\n'),
    ],
    [
      'labels',
      'selinux.disabled',
      service('    security_opt: [label:disable, label=user:x]\n'),
      service('    security_opt: [label=user:x]\n'),
    ],
    ['masks', 'procMount', service('    security_opt:\n      - systempaths=unconfined\n'), service('')],
    ['the host’s network', 'namespaces.network', service('    network_mode: host\n'), service('')],
    [
      'an external network that is the host’s',
      'namespaces.network',
      `${service('    networks: [h]\n')}networks:\n  h: { external: true, name: host }\n`,
      'refused',
    ],
    ['a word of YAML 1.1', 'privileged', service('    privileged: yes\n'), service('    privileged: false\n')],
    ['a variable', 'privileged', service('    privileged: ${P}\n'), 'refused'],
  ],
  ecs: [
    [
      'CloudFormation',
      'readOnlyRootFilesystem',
      'Resources:\n  T:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      PidMode: host\n      ContainerDefinitions:\n        - Name: a\n          Image: x\n',
      'Resources:\n  T:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      PidMode: host\n      ContainerDefinitions:\n        - Name: a\n          Image: x\n          ReadonlyRootFilesystem: true\n',
    ],
    [
      'CloudFormation, the task',
      'namespaces.pid',
      'Resources:\n  T:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      PidMode: host\n      ContainerDefinitions:\n        - Name: a\n          Image: x\n',
      'Resources:\n  T:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      ContainerDefinitions:\n        - Name: a\n          Image: x\n',
    ],
    [
      'a condition of CloudFormation',
      'privileged',
      'Resources:\n  T:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      ContainerDefinitions:\n        - Name: a\n          Image: x\n          Privileged: !If [P, true, false]\n',
      'refused',
    ],
    [
      'a plan of Terraform',
      'privileged',
      '{"format_version":"1.2","planned_values":{"root_module":{"resources":[{"address":"aws_ecs_task_definition.t","type":"aws_ecs_task_definition","name":"t","values":{"family":"f","container_definitions":"[{\\"name\\":\\"a\\",\\"image\\":\\"x\\",\\"privileged\\":true}]"}}]}}}',
      'refused: what is to be changed does not stand here by itself',
      'plan.json',
    ],
  ],
  'oci-runtime': [
    [
      'a key of the root',
      'readOnlyRootFilesystem',
      '{ "ociVersion": "1.2.0", "root": { "path": "r" } }',
      '{ "ociVersion": "1.2.0", "root": { "path": "r", "readonly": true } }',
    ],
    [
      'a section that is not there',
      'noNewPrivileges',
      '{ "ociVersion": "1.2.0", "linux": {} }',
      '{ "ociVersion": "1.2.0", "linux": {}, "process": { "noNewPrivileges": true } }',
    ],
  ],
  nomad: [
    [
      'a block in the block',
      'readOnlyRootFilesystem',
      task('        mount {\n          type = "bind"\n        }\n'),
      task('        readonly_rootfs = true\n        mount {\n          type = "bind"\n        }\n'),
    ],
    [
      'podman has another name for its profile',
      'apparmor.kind',
      task('        security_opt = ["apparmor=unconfined", "a"]\n', 'podman'),
      task('        security_opt = ["a"]\n', 'podman'),
    ],
    ['a key that only a driver has', 'readOnlyRootFilesystem', task('', 'exec'), 'refused'],
  ],
  lxc: [
    [
      'the last line counts',
      'noNewPrivileges',
      'lxc.uts.name = a\nlxc.no_new_privs = 1\nlxc.no_new_privs = 0\n',
      'lxc.uts.name = a\nlxc.no_new_privs = 1\nlxc.no_new_privs = 1\n',
    ],
    [
      'options of the root',
      'readOnlyRootFilesystem',
      'lxc.uts.name = a\nlxc.rootfs.options = rw,nosuid\n',
      'lxc.uts.name = a\nlxc.rootfs.options = ro,nosuid\n',
    ],
    [
      'one of those that are kept',
      'namespaces.ipc',
      'lxc.uts.name = a\nlxc.namespace.keep = net ipc\n',
      'lxc.uts.name = a\nlxc.namespace.keep = net\n',
    ],
    [
      'the only one that is kept',
      'namespaces.ipc',
      'lxc.uts.name = a\nlxc.namespace.keep = ipc\n',
      'lxc.uts.name = a\n',
    ],
    [
      'one that is not made',
      'namespaces.uts',
      'lxc.uts.name = a\nlxc.namespace.clone = ipc pid\n',
      'lxc.uts.name = a\nlxc.namespace.clone = ipc pid uts\n',
    ],
    [
      'proc',
      'procMount',
      'lxc.uts.name = a\nlxc.mount.auto = sys:ro proc:rw # no comment\n',
      'lxc.uts.name = a\nlxc.mount.auto = sys:ro proc:mixed # no comment\n',
    ],
  ],
  lxd: [
    [
      'texts alone',
      'noNewPrivileges',
      'name: a\ntype: container\nconfig:\n  security.nesting: "true"\nprofiles: []\n',
      'name: a\ntype: container\nconfig:\n  security.nesting: "true"\n  raw.lxc: lxc.no_new_privs = 1\nprofiles: []\n',
    ],
    [
      'its root disk',
      'readOnlyRootFilesystem',
      'name: a\ntype: container\nconfig:\n  security.nesting: "true"\ndevices:\n  root: { type: disk, path: / }\nprofiles: []\n',
      'name: a\ntype: container\nconfig:\n  security.nesting: "true"\ndevices:\n  root: { type: disk, path: /, readonly: "true" }\nprofiles: []\n',
    ],
    [
      'a policy of its own',
      'seccomp.kind',
      'name: a\ntype: container\nconfig:\n  security.nesting: "true"\n  raw.seccomp: |\n    2\n    denylist\nprofiles: []\n',
      'name: a\ntype: container\nconfig:\n  security.nesting: "true"\nprofiles: []\n',
    ],
  ],
  nspawn: [
    [
      'a section that is not there',
      'namespaces.network',
      '[Exec]\nBoot=yes\nNoNewPrivileges=no\n',
      '[Exec]\nBoot=yes\nNoNewPrivileges=no\n\n[Network]\nPrivate=yes\n',
    ],
    ['a value', 'noNewPrivileges', '[Exec]\nNoNewPrivileges=no\n', '[Exec]\nNoNewPrivileges=yes\n'],
    [
      'calls that are added',
      'seccomp.kind',
      '[Exec]\nSystemCallFilter=@clock\nSystemCallFilter=~@keyring\n',
      '[Exec]\nSystemCallFilter=~@keyring\n',
    ],
  ],
  quadlet: [
    [
      'its own key',
      'readOnlyRootFilesystem',
      '[Container]\nImage=x\nReadOnly=no\n',
      '[Container]\nImage=x\nReadOnly=true\n',
    ],
    [
      'a key that switches off',
      'selinux.disabled',
      '[Container]\nImage=x\nSecurityLabelDisable=true\n',
      '[Container]\nImage=x\nSecurityLabelDisable=false\n',
    ],
    [
      'one word of several',
      'privileged',
      '[Container]\nImage=x\nPodmanArgs=--cpus 2 --privileged --rm\n',
      '[Container]\nImage=x\nPodmanArgs=--cpus 2 --rm\n',
    ],
    ['the only word', 'privileged', '[Container]\nImage=x\nPodmanArgs=--privileged\n', '[Container]\nImage=x\n'],
    [
      'a filter',
      'seccomp.kind',
      '[Container]\nImage=x\nSeccompProfile=unconfined\n',
      '[Container]\nImage=x\nSeccompProfile=/usr/share/containers/seccomp.json\n',
    ],
    ['one of its networks', 'namespaces.network', '[Container]\nImage=x\nNetwork=host\n', '[Container]\nImage=x\n'],
  ],
  'docker-run': [
    [
      'a line of its own',
      'privileged',
      '#!/bin/sh\ndocker run \\\n  --privileged \\\n  nginx\n',
      '#!/bin/sh\ndocker run \\\n  nginx\n',
    ],
    ['a value that follows', 'namespaces.network', 'docker run --net host nginx\n', 'docker run nginx\n'],
    [
      'a value behind a sign',
      'seccomp.kind',
      'sudo docker run --security-opt="seccomp=unconfined" nginx\n',
      'sudo docker run --security-opt=seccomp=builtin nginx\n',
    ],
    [
      'podman has no word for it',
      'seccomp.kind',
      'podman run --security-opt seccomp=unconfined nginx\n',
      'podman run nginx\n',
    ],
    ['a variable', 'privileged', 'docker run --privileged=$P nginx\n', 'refused'],
    [
      'a Makefile',
      'readOnlyRootFilesystem',
      'run:\n\tdocker run nginx\n',
      'run:\n\tdocker run --read-only nginx\n',
      'Makefile',
    ],
    [
      'a unit',
      'readOnlyRootFilesystem',
      '[Service]\nExecStart=/usr/bin/docker run nginx\n',
      '[Service]\nExecStart=/usr/bin/docker run --read-only nginx\n',
      'web.service',
    ],
    [
      'a unit, an option',
      'privileged',
      '[Service]\nExecStart=/usr/bin/docker run --privileged nginx\n',
      '[Service]\nExecStart=/usr/bin/docker run nginx\n',
      'web.service',
    ],
    ['a script in a word', 'privileged', 'sh -c "docker run --privileged nginx"\n', 'sh -c "docker run nginx"\n'],
  ],
  'github-workflow': [
    [
      'options',
      'privileged',
      workflow('      options: --cpus 1 --privileged # c\n'),
      workflow('      options: --cpus 1 # c\n'),
    ],
    ['no options yet', 'readOnlyRootFilesystem', workflow(''), workflow('      options: --read-only\n')],
    ['quoted options', 'namespaces.network', workflow("      options: '--network host'\n"), workflow('')],
    ['an expression', 'privileged', workflow('      options: ${{ x }} --privileged\n'), 'refused'],
    ['an image alone', 'readOnlyRootFilesystem', 'jobs:\n  test:\n    runs-on: x\n    container: x\n', 'refused'],
  ],
  devcontainer: [
    [
      'its own key',
      'privileged',
      '{\n  "image": "x",\n  "privileged": true, // c\n  "runArgs": []\n}\n',
      '{\n  "image": "x",\n  "privileged": false, // c\n  "runArgs": []\n}\n',
    ],
    [
      'a word of runArgs',
      'privileged',
      '{\n  "image": "x",\n  "runArgs": ["--privileged", "--init"]\n}\n',
      '{\n  "image": "x",\n  "runArgs": ["--init"]\n}\n',
    ],
    [
      'two words of runArgs',
      'namespaces.pid',
      '{\n  "image": "x",\n  "runArgs": ["--init", "--pid", "host"]\n}\n',
      '{\n  "image": "x",\n  "runArgs": ["--init"]\n}\n',
    ],
    [
      'an option',
      'noNewPrivileges',
      '{ "image": "x", "remoteUser": "y" }\n',
      '{ "image": "x", "remoteUser": "y", "securityOpt": ["no-new-privileges"] }\n',
    ],
  ],
}

describe.each(Object.entries(TABLE))('%s', (dialect, rows) => {
  for (const [what, row, text, expected, file] of rows)
    it(`${row}: ${what}`, async () => {
      expect(await after(dialect, text, row, file ?? FILES[dialect] ?? '')).toBe(expected)
    })
})
