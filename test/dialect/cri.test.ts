import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cri } from '../../src/dialect/cri.ts'
import { recognise } from '../../src/dialect/index.ts'
import { readText } from '../../src/document/read.ts'
import { corpora } from '../support/corpora.ts'
import { allFacts, containerOf, containersOf, factAt, valueAt } from '../support/facts.ts'

/** A configuration with these members of its security context, and these beside `metadata` and `image`. */
const config = (security: object = {}, more: object = {}): string =>
  JSON.stringify({
    metadata: { name: 'app' },
    image: { image: 'nginx' },
    linux: { security_context: security },
    ...more,
  })
const request = (sandbox: object, own: object = {}): string =>
  JSON.stringify({
    config: { metadata: { name: 'app' }, image: { image: 'nginx' }, ...own },
    sandbox_config: { metadata: { name: 'web', namespace: 'shop' }, ...sandbox },
  })
const told = (text: string, path: string): unknown => valueAt(containerOf(cri, text, undefined, 'x.json'), path)

describe('recognition', () => {
  const name = (text: string): string | undefined => {
    const [root] = readText('x.json', text).value.documents
    return root && recognise(root).value?.name
  }
  test.each([
    [config(), 'cri'],
    [request({}), 'cri'],
    ['{"metadata": {"name": "a"}, "image": {"image": "b"}, "spec": {}}', undefined],
    ['{"metadata": {"name": "a"}, "image": "b"}', undefined],
    ['{"metadata": {"name": "sandbox"}, "linux": {"security_context": {}}}', undefined],
    ['{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "image": {"image": "b"}}', 'kubernetes'],
  ])('%s is %s', (text, dialect) => expect(name(text)).toBe(dialect))
  test('ids', () => {
    expect(containersOf(cri, config(), 'x.json').value.map(({ id }) => id)).toEqual(['app'])
    expect(containersOf(cri, request({}), 'x.json').value.map(({ id }) => id)).toEqual(['shop/web/app'])
  })
})

describe('what is written', () => {
  const options = (more: object): object => ({ namespace_options: more })
  test.each([
    [{ privileged: true }, 'privileged', true],
    [{ privileged: true }, 'seccomp.kind', 'unconfined'],
    [{ privileged: true }, 'masked', []],
    [{ privileged: true }, 'selinux.disabled', true],
    [{ seccomp: {} }, 'seccomp.kind', 'runtime-default'],
    [{ seccomp: { profile_type: 1 } }, 'seccomp.kind', 'unconfined'],
    [{ seccomp: { profile_type: 'Unconfined' } }, 'seccomp.kind', 'unconfined'],
    [{ seccomp: { profile_type: 2, localhost_ref: 'localhost/p.json' } }, 'seccomp.name', 'p.json'],
    [{ seccomp_profile_path: 'unconfined' }, 'seccomp.kind', 'unconfined'],
    [{ seccomp_profile_path: 'localhost/p' }, 'seccomp.name', 'p'],
    [{ seccomp_profile_path: '' }, 'seccomp.kind', expect.stringContaining('unknown: unconfined, unless')],
    [{ seccomp: { profile_type: 0 }, seccomp_profile_path: 'unconfined' }, 'seccomp.kind', 'runtime-default'],
    [{ apparmor: { profile_type: 1 } }, 'apparmor.kind', 'unconfined'],
    [{ apparmor_profile: 'localhost/armour' }, 'apparmor.name', 'armour'],
    [{}, 'apparmor.kind', 'runtime-default'],
    [options({ pid: 1 }), 'namespaces.pid', 'own'],
    [options({ pid: 2 }), 'namespaces.pid', 'host'],
    [options({ pid: 3, target_id: 'abc' }), 'namespaces.pid', 'container'],
    [options({ pid: 3, target_id: 'abc' }), 'namespaces.pidOf', 'abc'],
    [{}, 'namespaces.pid', 'container'],
    [options({ network: 2 }), 'namespaces.network', 'host'],
    [options({ network: 2 }), 'namespaces.uts', 'host'],
    [options({ ipc: 'NODE' }), 'namespaces.ipc', 'host'],
    [options({ userns_options: {} }), 'namespaces.user', 'own'],
    [options({ userns_options: { mode: 2 } }), 'namespaces.user', 'host'],
    [{}, 'namespaces.user', 'host'],
    [{ run_as_user: {} }, 'user.name', 'unknown: the user is left to the image'],
    [{ run_as_user: { value: 0 } }, 'user.name', '0'],
    [{ run_as_username: 'web' }, 'user.name', 'web'],
    [{ masked_paths: ['/proc/kcore'] }, 'masked', ['/proc/kcore']],
    [{ masked_paths: [] }, 'procMount', 'unmasked'],
    [{ capabilities: { add_capabilities: ['SYS_ADMIN'] } }, 'capabilities.add', ['SYS_ADMIN']],
  ])('%j: %s', (security, path, value) => {
    expect(told(config(security), path)).toEqual(value)
  })
  test.each([
    [{ linux: { resources: { cpu_quota: 50000, cpu_period: 100000 } } }, 'resources.cpu', 500],
    [{ linux: { resources: { cpu_quota: 50000 } } }, 'resources.cpu', 500],
    [{ linux: { resources: { cpu_quota: -1 } } }, 'resources.cpu', 0],
    [{ linux: { resources: { memory_limit_in_bytes: 0 } } }, 'resources.memory', 0],
    [{ linux: { resources: { memory_limit_in_bytes: 1024 } } }, 'resources.memory', 1024],
    [{ image: { image: 'sha256:1', user_specified_image: 'nginx:1' } }, 'image.reference', 'nginx:1'],
    [{ windows: { security_context: { host_process: true } } }, 'os', 'windows'],
    [{ windows: { security_context: { host_process: true } } }, 'windows.hostProcess', true],
    [{ windows: { security_context: { run_as_username: 'u' } } }, 'windows.userName', 'u'],
    [{ windows: { security_context: { credential_spec: 'c' } } }, 'windows.credentialSpec', 'c'],
    [{ mounts: [{ host_path: '/etc', container_path: '/e' }] }, 'mounts[0].kind', 'bind'],
    [{ mounts: [{ host_path: '/etc', container_path: '/e' }] }, 'mounts[0].readOnly', false],
    [{ mounts: [{ image: { image: 'a:1' }, container_path: '/e' }] }, 'mounts[0].kind', 'image'],
    [
      { mounts: [{ host_path: '/var/lib/kubelet/pods/u/etc-hosts', container_path: '/e' }] },
      'mounts[0].kind',
      'config',
    ],
    [
      { mounts: [{ host_path: '/var/lib/kubelet/pods/u/volumes/kubernetes.io~secret/s', container_path: '/e' }] },
      'mounts[0].kind',
      'secret',
    ],
    // Not below the kubelet's folders, though it begins like them.
    [
      {
        mounts: [
          {
            host_path: '/var/lib/kubelet/pods/u/volumes/kubernetes.io~secret/../../../../../../../etc',
            container_path: '/e',
          },
        ],
      },
      'mounts[0].kind',
      'bind',
    ],
    [{ mounts: [{ host_path: '/var/lib/kubelet', container_path: '/e' }] }, 'mounts[0].kind', 'bind'],
    [
      { mounts: [{ host_path: '/t', container_path: '/var/run/secrets/kubernetes.io/serviceaccount' }] },
      'serviceAccount.token',
      true,
    ],
    [{ devices: [{ host_path: '/dev/sda', container_path: '/dev/x' }] }, 'devices[0].source', '/dev/sda'],
    [{ CDI_devices: [{ name: 'vendor.com/gpu=0' }] }, 'devices[0].source', 'vendor.com/gpu=0'],
    [{ devices: [{ host_path: '/a' }], CDI_devices: [{ name: 'v/g=0' }] }, 'devices[1].source', 'v/g=0'],
  ])('%j: %s', (more, path, value) => {
    expect(told(config({}, more), path)).toEqual(value)
  })
  test.each([
    [
      { port_mappings: [{ container_port: 80, host_port: 8080 }] },
      'ports',
      [{ container: 80, published: true, host: 8080, address: '0.0.0.0', protocol: 'tcp' }],
    ],
    [{}, 'ports', []],
    [{ linux: { sysctls: { 'net.ipv4.ip_forward': '1' } } }, 'sysctls', [{ name: 'net.ipv4.ip_forward', value: '1' }]],
    [{}, 'sysctls', []],
    [{ linux: { cgroup_parent: '/pods' } }, 'cgroupParent', '/pods'],
  ])('of the sandbox: %j', (sandbox, path, value) => {
    expect(told(request(sandbox), path)).toEqual(value)
  })
  test.each(['ports', 'sysctls', 'cgroupParent'])('%s are not known without the sandbox', (path) => {
    expect(told(config(), path)).toMatch(/^unknown: .* in the configuration of the pod sandbox/)
  })
  test('places are those of the keys', () => {
    const text =
      '{\n "metadata": {"name": "a"},\n "image": {"image": "b"},\n "linux": {"security_context": {\n  "privileged": true}}}\n'
    expect(factAt(containerOf(cri, text, undefined, 'x.json'), 'privileged').place).toMatchObject({
      line: 5,
      column: 3,
    })
  })
})

describe('wrong types are not known', () => {
  test.each([
    ['privileged', { privileged: 'perhaps' }, {}],
    ['seccomp.kind', { seccomp: 3 }, {}],
    ['seccomp.kind', { seccomp: { profile_type: 9 } }, {}],
    ['seccomp.name', { seccomp: { profile_type: 2 } }, {}],
    ['namespaces.pid', { namespace_options: { pid: 7 } }, {}],
    ['namespaces.pid', { namespace_options: [] }, {}],
    ['capabilities.add', { capabilities: { add_capabilities: { a: 1 } } }, {}],
    ['mounts', {}, { mounts: 'text' }],
    ['mounts[0].kind', {}, { mounts: ['text'] }],
    ['mounts[0].propagation', {}, { mounts: [{ host_path: '/a', propagation: 9 }] }],
    ['devices[0].source', {}, { devices: [1] }],
    ['environment[0].name', {}, { envs: ['A=b'] }],
    ['resources.cpu', {}, { linux: { resources: { cpu_quota: 1, cpu_period: 'x' } } }],
  ])('%s of %j %j', (path, security, more) => {
    expect(factAt(containerOf(cri, config(security, more), undefined, 'x.json'), path).how).toBe('unknown')
  })
})

const anything = fc.anything({ maxDepth: 3, withNullPrototype: false })
test('no document makes it throw, and every fact has a place', () => {
  fc.assert(
    fc.property(anything, anything, anything, (security, more, sandbox) => {
      const text = JSON.stringify({
        config: {
          metadata: { name: 'a' },
          image: { image: 'b' },
          mounts: more,
          devices: sandbox,
          envs: security,
          linux: { security_context: security, resources: more },
        },
        sandbox_config: { port_mappings: more, linux: sandbox },
      })
      const { value, notices } = containersOf(cri, text, 'x.json')
      expect(notices.filter(({ id }) => id === 'reader-failed')).toEqual([])
      for (const found of value)
        for (const [path, fact] of allFacts(found.facts)) expect([path, fact.place.line]).toEqual([path, 1])
    }),
    { numRuns: 200, seed: 7 },
  )
})

const real = join(corpora, 'runtime-configs/data/cri/cri-o')
test.skipIf(!existsSync(real))('configurations of CRI-O', () => {
  const found = readdirSync(real)
    .sort()
    .map((name) => {
      const [root] = readText(name, readFileSync(join(real, name), 'utf8')).value.documents
      return [name, root && recognise(root).value?.name]
    })
  expect(found).toEqual([
    ['container_config.json', 'cri'],
    ['container_redis.json', 'cri'],
    ['sandbox_config.json', undefined],
  ])
  const one = (name: string, path: string): unknown => told(readFileSync(join(real, name), 'utf8'), path)
  expect(one('container_redis.json', 'capabilities.add')).toEqual(['sys_admin'])
  expect(one('container_config.json', 'user.name')).toBe('0')
  expect(one('container_config.json', 'resources.cpu')).toBe(2000)
  expect(one('container_config.json', 'namespaces.pid')).toBe('own')
})
