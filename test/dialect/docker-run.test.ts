import { describe, expect, it } from 'vitest'
import { runAsks } from '../../src/dialect/docker/run-asks.ts'
import { runFlags } from '../../src/dialect/docker/run-flags.ts'
import { docker } from '../../src/dialect/silence/docker.ts'
import { answer } from '../../src/dialect/dialect.ts'
import { elements, textOf, type Node } from '../../src/document/node.ts'
import { readShell } from '../../src/document/shell.ts'
import { container } from '../../src/model/fields.ts'
import { expectFact, factAt, plain } from '../support/docker-facts.ts'
import { runsIn } from '../support/shell-facts.ts'

const OPTIONS_UNKNOWN = /\$OPTS is not known here: it may hold any option/

/** [line, row, plain value or reason, how, line] */
type Case = readonly [string, string, unknown, string?, number?]
const CASES: readonly Case[] = [
  ['docker run nginx', 'name', '', 'default', 1],
  ['docker run --name web nginx', 'name', 'web', 'set', 1],
  ['docker run \\\n  --name=web nginx', 'name', 'web', 'set', 2],
  ['docker run --name a --name b nginx', 'name', 'b'],
  ['docker run --name "$N" nginx', 'name', /\$N is not known here/],
  ['docker run --platform windows/amd64 x', 'os', 'windows'],
  ['podman create --init-ctr always --pod p x', 'role', 'init', 'set'],
  ['docker run \\\n -d nginx:1.27 sh -c "x y"', 'image.reference', 'nginx:1.27', 'set', 2],
  ['docker run -d nginx sh -c "x y"', 'command', ['sh', '-c', 'x y'], 'set', 1],
  ['docker run nginx --privileged', 'privileged', false, 'default'],
  ['docker run nginx --privileged', 'command', ['--privileged']],
  ['docker run -- nginx', 'image.reference', 'nginx'],
  ['docker run "$IMAGE"', 'image.reference', /\$IMAGE is not known/],
  ['docker run reg/x:$TAG', 'image.reference', /\$TAG is not known/],
  ['podman run docker://docker.io/library/nginx', 'image.reference', 'docker.io/library/nginx'],
  ['podman run --rootfs /srv/root sh', 'image.reference', /a root file system of the host/],
  ['docker run --pull always x', 'image.pull', 'always'],
  ['podman run --pull newer x', 'image.pull', 'always'],
  ['docker run --entrypoint sh x', 'entrypoint', ['sh'], 'set'],
  ['docker run --entrypoint sh x', 'command', [], 'derived'],
  ['docker run --entrypoint "" x y', 'entrypoint', []],
  [`podman run --entrypoint '["a","b"]' x`, 'entrypoint', ['a', 'b']],
  ['docker run -w /a x', 'workingDirectory', '/a'],
  ['docker run -itP --privileged x', 'privileged', true, 'set'],
  ['docker run --privileged=false x', 'privileged', false, 'set'],
  ['docker run --privileged=$P x', 'privileged', /\$P is not known/],
  ['docker run --privileged=maybe x', 'privileged', /not true or false/],
  ['docker run --read-only x', 'readOnlyRootFilesystem', true],
  ['docker run --init x', 'init', true],
  ['docker run --security-opt no-new-privileges x', 'noNewPrivileges', true, 'set'],
  [
    'docker run --security-opt label=disable --security-opt \\\n no-new-privileges:true x',
    'noNewPrivileges',
    true,
    'set',
    1,
  ],
  ['docker run --security-opt seccomp=a.json x', 'seccomp.name', 'a.json'],
  ['docker run --security-opt seccomp=$P x', 'seccomp.kind', /\$P is not known/],
  ['docker run --security-opt "$P" x', 'seccomp.kind', /\$P is not known/],
  ['docker run --privileged x', 'seccomp.kind', 'unconfined', 'derived'],
  ['docker run --security-opt apparmor:unconfined x', 'apparmor.kind', 'unconfined'],
  ['docker run --security-opt label=type:t x', 'selinux.type', 't'],
  ['docker run --pid=host x', 'selinux.disabled', true, 'derived'],
  ['docker run --security-opt systempaths=unconfined x', 'masked', [], 'set'],
  ['podman run --security-opt unmask=ALL x', 'procMount', 'unmasked', 'set'],
  ['podman run --security-opt unmask=/proc/*:/sys/* x', 'masked', ['/sys/dev/block', '/sys/fs/selinux'], 'set'],
  ['podman run --security-opt mask=/a:/b --security-opt unmask=ALL x', 'masked', ['/a', '/b'], 'set'],
  ['podman run --security-opt unmask=$X x', 'masked', /\$X is not known/],
  ['docker run --restart on-failure:3 x', 'restart.policy', 'on-failure'],
  ['docker run --restart on-failure:3 x', 'restart.retries', 3],
  ['docker run -u 1000:1001 x', 'user.name', '1000'],
  ['docker run -u 1000:1001 x', 'user.group', '1001'],
  ['docker run -u "$(id -u):$(id -g)" x', 'user.name', /\$\(id -u\) and \$\(id -g\) are not known/],
  ['docker run x', 'user.name', /left to the image/],
  ['podman run --userns=keep-id:uid=5,gid=6 x', 'user.name', '5'],
  ['podman run --userns=keep-id x', 'user.name', /whoever starts it/],
  ['docker run --group-add 5 --group-add=b x', 'user.supplementary', ['5', 'b']],
  ['docker run --pid=container:db x', 'namespaces.pid', 'container'],
  ['docker run --pid=container:db x', 'namespaces.pidOf', 'db'],
  ['podman run --pid ns:/proc/1/ns/pid x', 'namespaces.pidOf', '/proc/1/ns/pid'],
  ['docker run --ipc=host x', 'namespaces.ipc', 'host'],
  ['docker run --net host x', 'namespaces.network', 'host'],
  ['docker run --network backend x', 'namespaces.network', 'own'],
  ['docker run --network name=backend,alias=b --network c x', 'network.names', ['backend', 'c']],
  ['docker run --network name=backend,alias=b --network c x', 'network.mode', 'backend'],
  ['docker run --network host x', 'network.names', [], 'default'],
  ['podman run --pod p x', 'namespaces.network', 'container', 'derived'],
  ['podman run --pod p x', 'namespaces.networkOf', 'p'],
  ['podman run --pod p --network host x', 'namespaces.network', 'host', 'set'],
  ['docker run --uts=host x', 'namespaces.uts', 'host'],
  ['docker run --userns=host x', 'namespaces.user', 'host'],
  ['podman run --userns=auto:size=10 x', 'namespaces.user', 'own'],
  ['podman run --userns=container:c x', 'namespaces.userOf', 'c'],
  ['podman run --uidmap 0:100000:10 x', 'namespaces.user', 'own', 'set'],
  ['podman run --uidmap 0:0:1 --uidmap 1:100000:10 x', 'namespaces.user', 'host', 'derived'],
  [
    'podman run --uidmap 0:5 --uidmap 1:6:7 x',
    'uidMappings',
    [
      { container: 0, host: 5, size: 1 },
      { container: 1, host: 6, size: 7 },
    ],
  ],
  ['podman run --uidmap 0:5:1 x', 'gidMappings', [{ container: 0, host: 5, size: 1 }]],
  ['podman run --uidmap +1:@2:3 x', 'uidMappings', [{ container: '?', host: '?', size: '?' }]],
  ['docker run --cgroupns=host x', 'namespaces.cgroup', 'host'],
  ['docker run --cap-add sys_admin --cap-drop=CAP_NET_RAW x', 'capabilities.add', ['SYS_ADMIN'], 'set', 1],
  ['docker run --cap-add sys_admin --cap-drop=CAP_NET_RAW x', 'capabilities.drop', ['NET_RAW']],
  ['podman run --cap-add a,b x', 'capabilities.add', ['A', 'B']],
  ['docker run --cap-add a,b x', 'capabilities.add', ['A,B']],
  ['docker run --cap-add a \\\n --cap-add $C x', 'capabilities.add', ['A', '?']],
  [
    'docker run -v $PWD:/a:ro x',
    'mounts',
    [
      {
        kind: 'bind',
        type: 'bind',
        source: '?',
        target: '/a',
        readOnly: true,
        propagation: 'rprivate',
        options: ['ro'],
      },
    ],
  ],
  ['docker run -v $D:/a x', 'mounts[0].kind', /\$D is not known/],
  ['docker run -v $D/b:/a x', 'mounts[0].kind', 'bind'],
  ['docker run -v data:/a x', 'mounts[0].kind', 'volume'],
  ['docker run -v$M x', 'mounts[0].target', /\$M is not known/],
  ['docker run --mount type=bind,src=$D,dst=/a,ro x', 'mounts[0].readOnly', true],
  ['docker run --mount type=bind,src=/b,dst=/a,$O x', 'mounts[0].readOnly', /\$O is not known/],
  ['docker run --mount type=bind,src=/b,dst=/a,readonly=x x', 'mounts[0].readOnly', /neither true nor false/],
  [`docker run --mount 'type=bind,"src=/b,c",dst=/a' x`, 'mounts[0].source', '/b,c'],
  [`docker run --mount 'type=bind,"src=/b' x`, 'mounts[0].source', /quote of the mount is not closed/],
  ['docker run --mount dst=/a x', 'mounts[0].kind', 'volume', 'default'],
  ['docker run --mount type=volume,dst=/a,volume-opt=o=bind,volume-opt=device=/etc x', 'mounts[0].source', '/etc'],
  ['docker run --mount type=volume,dst=/a,volume-opt=o=bind,volume-opt=device=/etc x', 'mounts[0].kind', 'bind'],
  ['podman run --mount type=bind,src=/a,dst=/b,rw=false,Z x', 'mounts[0].readOnly', true],
  ['docker run --tmpfs /a:size=1m x', 'mounts[0].kind', 'tmpfs'],
  ['docker run --volumes-from db:ro x', 'mounts[0].type', 'volumes_from'],
  ['docker run --use-api-socket x', 'mounts[0].source', '/var/run/docker.sock'],
  ['podman run --secret a,target=b x', 'mounts[0].target', '/run/secrets/b'],
  ['podman run --secret a,type=env,target=B x', 'mounts', [], 'default'],
  ['podman run --secret a,type=env,target=B x', 'environment[0].name', 'B'],
  ['docker run --device /dev/kvm x', 'devices', [{ source: '/dev/kvm', target: '/dev/kvm', permissions: 'rwm' }]],
  ['docker run --gpus all x', 'devices[0].source', 'gpu'],
  ['docker run --device-cgroup-rule "c 1:5 r" x', 'deviceRules', ['c 1:5 r']],
  ['docker run --sysctl a.b=c x', 'sysctls', [{ name: 'a.b', value: 'c' }]],
  ['docker run --ulimit nofile=1:2 x', 'ulimits', [{ name: 'nofile', soft: 1, hard: 2 }]],
  ['docker run --ulimit nofile=x x', 'ulimits[0].soft', /is not a limit/],
  ['docker run -p 127.0.0.1:80:8080 x', 'ports[0].address', '127.0.0.1'],
  [
    'docker run -p $P:80 x',
    'ports',
    [{ container: 80, published: true, host: '?', address: '0.0.0.0', protocol: 'tcp' }],
  ],
  ['docker run --expose 80 -P x', 'ports[0].published', true],
  ['docker run -P x', 'ports[0].container', /every port that the image exposes/],
  ['docker run -P=false x', 'ports', [], 'default'],
  [
    'docker run -e A=b -e C x',
    'environment',
    [
      { name: 'A', value: 'b', fromSecret: false },
      { name: 'C', value: '?', fromSecret: true },
    ],
  ],
  ['docker run -e A=$B x', 'environment[0].fromSecret', true],
  ['docker run --env-file .env x', 'environment[0].name', /variables of \.env are not read/],
  ['podman run --env-host x', 'environment[0].name', /whoever starts it/],
  ['docker run --health-cmd a x', 'health.check', true],
  ['docker run --no-healthcheck x', 'health.check', false],
  ['docker run --health-interval 5s x', 'health.check', /left to the image/],
  ['docker run -m 1g x', 'resources.memory', 2 ** 30],
  ['docker run -m lots x', 'resources.memory', /not a size/],
  ['docker run --memory-swap -1 x', 'resources.swap', -1],
  ['docker run --cpus .5 x', 'resources.cpu', 500],
  ['docker run --cpus 500m x', 'resources.cpu', /not a number of processors/],
  ['docker run --cpu-quota 5000 x', 'resources.cpu', 50],
  ['docker run -c 5 x', 'resources.cpuShares', 5],
  ['docker run --pids-limit -1 x', 'resources.pids', 0, 'set'],
  ['docker run x', 'resources.pids', 0, 'default'],
  ['podman run x', 'resources.pids', 2048, 'default'],
  ['docker run --storage-opt size=1g x', 'resources.ephemeralStorage', 2 ** 30],
  ['docker run --cgroup-parent /a x', 'cgroupParent', '/a'],
  ['docker run --runtime runsc x', 'runtime', 'runsc'],
  ['podman --runtime /usr/bin/runsc run x', 'runtime', '/usr/bin/runsc', 'set', 1],
  ['docker run --log-driver none x', 'logging.driver', 'none'],
  ['docker run --security-opt credentialspec=file://a x', 'windows.credentialSpec', 'file://a'],
  // What a variable may hold
  ['docker run $OPTS nginx', 'privileged', OPTIONS_UNKNOWN],
  ['docker run $OPTS nginx', 'image.reference', 'nginx'],
  ['docker run $OPTS nginx', 'mounts', OPTIONS_UNKNOWN],
  ['docker run -v /a:/b $OPTS nginx', 'mounts[1].source', OPTIONS_UNKNOWN],
  ['docker run --security-opt label=disable $OPTS nginx', 'seccomp.kind', OPTIONS_UNKNOWN],
  ['docker run --privileged $OPTS nginx', 'privileged', true],
  ['docker run $OPTS', 'image.reference', OPTIONS_UNKNOWN],
  ['docker run "$@"', 'image.reference', /may hold any option/],
  ['docker run "${ARGS[@]}" nginx', 'capabilities.add', /may hold any option/],
  ['docker run --rm $IMAGE bash', 'privileged', false, 'default'],
  ['docker run --rm $IMAGE bash', 'command', ['bash']],
  ['docker run --rm $X bash', 'privileged', /may hold any option/],
  ['docker run --rm $X bash', 'image.reference', /may hold any option/],
  ['docker run --rm $X', 'privileged', false, 'default'],
  ['docker run --rm $(docker build -q .)', 'privileged', false, 'default'],
  ['docker run -$X a', 'privileged', /may be any option/],
  ['docker run --$X=y a', 'privileged', /may be any option/],
  ['docker run --new a b', 'privileged', /may be its value or the image/],
  ['docker run --new a b', 'image.reference', /may be its value or the image/],
  ['docker run --new=a b', 'image.reference', 'b'],
  ['docker run --new --rm b', 'image.reference', 'b'],
  ['docker run --new --rm b', 'privileged', false],
]

/** [script, the ids of what it starts] */
const TAKEN: readonly (readonly [string, readonly string[]])[] = [
  ['docker run a; docker container run b; docker create c; docker container create d', ['a', 'b', 'c', 'd']],
  ['podman run a; nerdctl run b; /usr/bin/docker run c; "/opt/x y/podman" create d', ['a', 'b', 'c', 'd']],
  ['docker -H tcp://x --context y -D --tls --config=z run a', ['a']],
  ['podman --root /x --remote run a', ['a']],
  ['docker $DOCKER_OPTS run a', ['a']],
  ['D=docker; $D run a; ${E:-podman} run b', ['a', 'b']],
  [
    'sudo -u x -E A=b docker run a; exec docker run b; env -i X=y docker run c; nohup time docker run d &',
    ['a', 'b', 'c', 'd'],
  ],
  ['timeout -k 5 10 docker run a; nice -n 5 docker run b; command docker run c', ['a', 'b', 'c']],
  ['docker run a; docker run a; docker run --name a b', ['a', 'a-2', 'a-3']],
  ['docker run reg:5000/x/app:1@sha256:00 y', ['app']],
  ['docker run "$IMAGE"; docker run x/$Y', ['run-1', 'run-2']],
  ['docker run "app:$TAG"', ['app']],
  // None of these is a container
  ['# docker run a', []],
  ['echo docker run a; printf "docker run b"; : docker run c', []],
  ['docker run --help; command -v docker run; docker compose run a; docker-compose run a', []],
  [
    'docker service create a; docker build --target run .; docker exec a docker run b; docker runx a; docker volume create a',
    [],
  ],
  ['$DOCKER run a; ssh h docker run a; xargs docker run', []],
  ['cat <<E\ndocker run a\nE', []],
  ['docker run [OPTIONS] IMAGE; docker run ...; docker run IMAGE; docker run --rm', []],
  ['docker --unheard-of run a', []],
]

describe('docker run', () => {
  it.each(CASES.map(([line, row, value, how, at]) => ({ line, row, value, how, at })))(
    '$line: $row',
    async ({ line, row, value, how, at }) => {
      const { value: found } = await runsIn(line)
      const last = found.at(-1)
      if (!last) throw new Error('there is no container')
      expectFact(factAt(last.facts, row), value, how, at)
    },
  )
  it.each<readonly [string, readonly string[]]>(TAKEN)('%s', async (script, ids) => {
    expect((await runsIn(script)).value.map(({ id }) => id)).toEqual(ids)
  })

  it.each([
    ['docker run --new a b', 'run-option-unknown'],
    ['docker run --pod a b', 'run-option-foreign'],
    ['docker run --rm --name', 'run-option-without-value'],
    ['docker run --rm', 'run-without-image'],
    ['docker run [OPTIONS] IMAGE', 'run-without-image'],
  ])('%s is told of', async (line, id) => {
    const { notices } = await runsIn(line)
    expect(notices.map((notice) => [notice.id, notice.lost])).toContainEqual([id, false])
  })

  it('knows whose silence applies', async () => {
    const { value } = await runsIn(
      'docker run a; podman run b; sudo podman run c; sudo -u me podman run d; nerdctl run e',
    )
    expect(value.map(({ runtime }) => runtime)).toEqual(['docker', 'podman', 'podman', 'podman', 'docker'])
    expect(value.map(({ facts }) => plain(factAt(facts, 'namespaces.user')))).toEqual([
      'host',
      '?',
      'host',
      '?',
      'host',
    ])
  })

  it('is read where commands are written', async () => {
    const unit = `[Service]\nEnvironment="OPTS=--cap-add A --cap-add B"\nExecStart=/usr/bin/docker run no\nExecStart=\nExecStartPre=-/usr/bin/docker pull a\nExecStart=@/usr/bin/docker docker run \\\n  # a comment\n  --name %n -v %h/x:/y \\\n  --privileged $OPTS a:\${V} ; /bin/sh -c 'docker run b'\n`
    const { value } = await runsIn(unit, 'unit')
    expect(value.map(({ id }) => id)).toEqual(['a', 'b'])
    const facts = value[0]?.facts
    if (!facts) throw new Error('there is no container')
    expectFact(factAt(facts, 'privileged'), true, 'set', 9)
    expectFact(factAt(facts, 'name'), /%n is not known/)
    expectFact(factAt(facts, 'mounts[0].kind'), 'bind', 'set', 8)
    expectFact(factAt(facts, 'capabilities.add'), ['A', 'B'])
    expect((await runsIn('[Container]\nImage=a\n[Service]\nExecStartPre=docker run b\n', 'unit')).value).toEqual([])
    expect((await runsIn('a:\n\tdocker run b', 'make')).value.map(({ id }) => id)).toEqual(['b'])
    expect((await runsIn('```\ndocker run b\n```', 'markdown')).value.map(({ id }) => id)).toEqual(['b'])
  })

  it('is bounded', async () => {
    const { value, notices } = await runsIn('docker run a\n'.repeat(30_000))
    expect(value.length).toBeLessThanOrEqual(10_000)
    expect(notices.some(({ lost }) => lost)).toBe(true)
  })
})

describe('runFlags', () => {
  const place = { file: 'x', line: 1, column: 1 }
  const node = (value: Node['value'], more: Partial<Node> = {}): Node => ({ place, path: [], value, ...more })
  it('takes any words, of other documents too', () => {
    const line = runFlags(
      [node('--privileged'), node('-v'), node('/a:/b'), node('-e'), node(null), node('--rm')],
      'docker',
      place,
    )
    expect([...(line.flags.value instanceof Map ? line.flags.value.keys() : [])]).toEqual([
      'privileged',
      'volume',
      'env',
      'rm',
    ])
    expect(line.image).toBeUndefined()
    expect(line.flags.unknown).toBeUndefined()
    expect(runFlags([node(new Map()), node('--privileged')], 'docker', place).flags.unknown).toMatch(/not a text/)
  })
  it('answers the table under another scope', () => {
    const { flags } = runFlags([node('--privileged'), node('--cap-add=A')], 'podman', place)
    const facts = answer(container, runAsks('args'), docker, { self: node(new Map()), args: flags })
    expectFact(factAt(facts, 'privileged'), true, 'set')
    expectFact(factAt(facts, 'capabilities.add'), ['A'], 'set')
    const silent = answer(container, runAsks('args'), docker, { self: node(new Map()) })
    expectFact(factAt(silent, 'privileged'), false, 'default')
    expectFact(factAt(silent, 'mounts'), [], 'default')
  })
  it('reads words of a shell', () => {
    const [root] = readShell('x', 'docker run -itv a:b --rm c d').value.documents
    const words = root ? elements(elements(root)[0] ?? root).slice(2) : []
    const line = runFlags(words, 'docker', place)
    expect([line.image && textOf(line.image), line.command.map(textOf)]).toEqual(['c', ['d']])
  })
})
