import { describe, expect, it } from 'vitest'
import { namesOf, parseReference } from '../../src/join/reference.ts'

const SHA = `sha256:${'a'.repeat(64)}`

describe('parseReference', () => {
  it.each([
    ['nginx', 'docker.io', 'library/nginx', '', ''],
    ['nginx:1.27', 'docker.io', 'library/nginx', '1.27', ''],
    ['docker.io/nginx', 'docker.io', 'library/nginx', '', ''],
    ['index.docker.io/library/nginx', 'docker.io', 'library/nginx', '', ''],
    ['team/web:1', 'docker.io', 'team/web', '1', ''],
    ['localhost/web', 'localhost', 'web', '', ''],
    ['localhost:5000/web', 'localhost:5000', 'web', '', ''],
    ['ghcr.io/a/b:v1', 'ghcr.io', 'a/b', 'v1', ''],
    [`ghcr.io/a/b:v1@${SHA}`, 'ghcr.io', 'a/b', 'v1', SHA],
    [`nginx@${SHA}`, 'docker.io', 'library/nginx', '', SHA],
    // Not a digest: too short, or an algorithm that the specification does not register.
    ['nginx@sha256:aaa', 'docker.io', 'library/nginx', '', ''],
    ['nginx@md5:d41d8cd98f00b204e9800998ecf8427e', 'docker.io', 'library/nginx', '', ''],
  ])('%s', (text, registry, repository, tag, digest) => {
    expect(parseReference(text)).toEqual({ registry, repository, tag, digest })
  })
  it.each(['', ' ', '-x', '@', 'a b', '\u001b[31m', '$(x)'])('refuses %j', (text) => {
    expect(parseReference(text)).toBeUndefined()
  })
})

describe('namesOf', () => {
  it('meets an image under every spelling of its name', () => {
    for (const text of ['nginx', 'nginx:latest', 'docker.io/library/nginx', 'docker.io/nginx:latest'])
      expect(namesOf(text)).toContain('docker.io/library/nginx:latest')
  })
  it('lets a digest decide alone: the tag beside it is only a comment', () => {
    expect(namesOf(`nginx:1.27@${SHA}`)).toEqual([`docker.io/library/nginx@${SHA}`, SHA])
  })
})
