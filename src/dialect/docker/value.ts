/** What the words of Docker's configurations mean, wherever they stand: users, namespaces, limits, restart policies. */
import { refuse, type Refusal } from '../ask.ts'

/** `cap_net_admin`, `CAP_NET_ADMIN` -> `NET_ADMIN` */
export const capability = (text: string): string => text.toUpperCase().replace(/^CAP_/, '')

/** The user of `user[:group]`. Where only a group is written, Docker runs as root and does not ask the image. */
export const userPart = (text: string): string => {
  const [user = ''] = text.split(':')
  return user === '' ? '0' : user
}
/** The group of `user[:group]`; empty where none is written. */
export const groupPart = (text: string): string => text.split(':')[1] ?? ''

/** Words of a namespace mode -> whose namespace it is; `container:x` and `service:x` join another's. */
export const joined =
  <const U extends string>(words: { readonly [word: string]: U }, otherwise?: NoInfer<U> | 'own') =>
  (mode: string): U | 'own' | 'container' | Refusal => {
    if (/^(?:service|container):/.test(mode)) return 'container'
    const word = Object.hasOwn(words, mode) ? words[mode] : otherwise
    return (
      word ?? refuse(`"${mode}" is not one of ${Object.keys(words).join(', ')}, service:NAME, container:NAME`, 'user')
    )
  }
/** The container or service that a mode joins. */
export const joinedOf = (mode: string): string | undefined => /^(?:service|container):(.*)$/s.exec(mode)?.[1]

/** A limit: 0, -1 and less are none. */
export const limit = (value: number): number | Refusal => {
  const number = whole(value)
  return typeof number === 'number' ? Math.max(0, number) : number
}
export const whole = (value: number): number | Refusal => {
  const number = Math.trunc(value)
  return Number.isSafeInteger(number) ? number : refuse(`${value} is not a size that can be`, 'user')
}

/** `linux/amd64`, `linux` */
export const osOf = (platform: string): 'linux' | 'windows' | Refusal => {
  const os = platform.split('/')[0]?.toLowerCase()
  return os === 'linux' || os === 'windows' ? os : refuse(`"${platform}" is neither Linux nor Windows`, 'user')
}

const POLICIES = {
  no: 'no',
  always: 'always',
  'on-failure': 'on-failure',
  'unless-stopped': 'unless-stopped',
} as const
const isPolicy = (word: string): word is keyof typeof POLICIES => Object.hasOwn(POLICIES, word)
/** `no`, `always`, `on-failure[:3]`, `unless-stopped`. YAML 1.1 reads a bare `no` as false. */
export const restartPolicy = (text: string): keyof typeof POLICIES | Refusal | undefined => {
  const word = text.split(':')[0] ?? ''
  if (text === '') return undefined
  if (/^(?:false|off|n)$/i.test(word) || /^no$/i.test(word)) return 'no'
  return isPolicy(word) ? word : refuse(`"${text}" is not one of ${Object.keys(POLICIES).join(', ')}`, 'user')
}
/** How often it is started again: no number below zero. */
export const retryCount = (value: number): number | Refusal =>
  value < 0 ? refuse(`${value} is not a number of retries`, 'user') : value
