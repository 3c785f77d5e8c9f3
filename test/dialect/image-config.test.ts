import fc from 'fast-check'
import { describe, it } from 'vitest'
import { imageFacts } from '../../src/dialect/image-config.ts'
import { everyFact, expectFact, factAt, rootOf } from '../support/docker-facts.ts'

const full = `{
  "architecture": "amd64",
  "os": "linux",
  "config": {
    "User": "app:staff",
    "ExposedPorts": { "80/tcp": {}, "53/udp": {}, "x": {} },
    "Env": ["PATH=/bin", "EMPTY="],
    "Entrypoint": ["/init"],
    "Cmd": ["serve"],
    "Volumes": { "/data": {} },
    "WorkingDir": "/app",
    "Labels": { "a": "b", "n": 5 },
    "StopSignal": "SIGQUIT",
    "Healthcheck": { "Test": ["CMD", "true"] },
    "OnBuild": ["RUN x"]
  },
  "history": [
    { "created_by": "ADD rootfs /" },
    { "created_by": "CMD serve", "empty_layer": true },
    5
  ]
}`
describe('image configuration', () => {
  it.each([
    ['architecture', 'amd64', 'set', 2],
    ['os', 'linux', 'set', 3],
    ['user', 'app:staff', 'set', 5],
    [
      'exposed',
      [
        { port: 80, protocol: 'tcp' },
        { port: 53, protocol: 'udp' },
        { port: '?', protocol: '?' },
      ],
      'set',
      6,
    ],
    [
      'environment',
      [
        { name: 'PATH', value: '/bin', fromSecret: false },
        { name: 'EMPTY', value: '', fromSecret: false },
      ],
      'set',
      7,
    ],
    ['entrypoint', ['/init'], 'set', 8],
    ['command', ['serve'], 'set', 9],
    ['volumes', ['/data'], 'set', 10],
    ['workingDirectory', '/app', 'set', 11],
    [
      'labels',
      [
        { name: 'a', value: 'b' },
        { name: 'n', value: '5' },
      ],
      'set',
      12,
    ],
    ['stopSignal', 'SIGQUIT', 'set', 13],
    ['healthcheck', true, 'set', 14],
    ['onbuild', ['RUN x'], 'set', 15],
    [
      'history',
      [
        { instruction: 'ADD rootfs /', empty: false },
        { instruction: 'CMD serve', empty: true },
        { instruction: '?', empty: '?' },
      ],
      'set',
      17,
    ],
    ['packages', /not worked out/, 'unknown', 1],
  ])('%s', (row, value, how, line) => {
    expectFact(factAt(imageFacts(rootOf(full)), row), value, how, line)
  })
  it.each([
    ['user', ''],
    ['exposed', []],
    ['environment', []],
    ['entrypoint', []],
    ['command', []],
    ['volumes', []],
    ['workingDirectory', '/'],
    ['labels', []],
    ['stopSignal', 'SIGTERM'],
    ['healthcheck', false],
    ['onbuild', []],
    ['history', []],
  ])('silent about %s', (row, value) => {
    const facts = imageFacts(rootOf('{"os": "linux",\n"config": {"User": "", "Env": null}}'))
    expectFact(factAt(facts, row), value, 'default')
  })
  it('does not take a configuration of the wrong shape for a silent one', () => {
    expectFact(factAt(imageFacts(rootOf('[]')), 'user'), /not a map/)
    expectFact(factAt(imageFacts(rootOf('{"config": "x"}')), 'user'), /config is not a map/)
    expectFact(
      factAt(imageFacts(rootOf('{"config": {"Healthcheck": {"Test": ["NONE"]}}}')), 'healthcheck'),
      false,
      'set',
    )
    expectFact(factAt(imageFacts(rootOf('{"config": {"Healthcheck": {"Test": 5}}}')), 'healthcheck'), /not a list/)
    expectFact(factAt(imageFacts(rootOf('{}')), 'os'), /must/)
  })
  it('never throws', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        everyFact(
          imageFacts(
            rootOf(
              JSON.stringify({
                config: { Env: one, Labels: other, ExposedPorts: one, Healthcheck: other },
                history: one,
              }),
            ),
          ),
        )
        everyFact(imageFacts(rootOf(JSON.stringify([one]))))
      }),
      { numRuns: 200 },
    )
  })
})
