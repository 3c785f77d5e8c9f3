/** Who the first process is: the container's user, else the image's, through the image's /etc/passwd and /etc/group. */
import { derived, unknown, type Fact } from '../model/fact.ts'
import type { ContainerFacts, ImageFacts } from '../model/fields.ts'

const isNumber = (text: string): boolean => /^\d{1,10}$/.test(text)

/** An entry of a user database, or why there is none. */
type Lookup =
  | { readonly found: Fact<number>; readonly gid?: Fact<number> }
  | { readonly missing: true }
  | { readonly unread: Fact<unknown> }

const NO_SUCH = { missing: true } as const

function account(image: ImageFacts | undefined, name: string): Lookup {
  const list = image?.accounts
  if (!list) return NO_SUCH
  if (list.how === 'unknown') return { unread: list }
  const byNumber = isNumber(name)
  for (const { facts } of list.value) {
    const key = byNumber ? facts.uid : facts.name
    if (key.how !== 'unknown' && String(key.value) === (byNumber ? String(Number(name)) : name))
      return { found: facts.uid, gid: facts.gid }
  }
  return NO_SUCH
}
function groupOf(image: ImageFacts | undefined, name: string): Lookup {
  const list = image?.groups
  if (!list) return NO_SUCH
  if (list.how === 'unknown') return { unread: list }
  for (const { facts } of list.value)
    if (facts.name.how !== 'unknown' && facts.name.value === name) return { found: facts.gid }
  return NO_SUCH
}

/** `app:staff` -> user and group. */
export const splitUser = (text: string): { readonly user: string; readonly group: string } => {
  const [user = '', group = ''] = text.split(':')
  return { user, group }
}

/** A step of the chain in words: a bare value would not say what it is of. */
const step = <T>(fact: Fact<T>, because: string): Fact<T> =>
  fact.how === 'unknown' ? fact : derived(fact.place, fact.value, because, [])

/** What is written as a number is as written as its text. */
function number(asked: readonly [Fact<unknown>, ...Fact<unknown>[]], value: number, because: string): Fact<number> {
  const [nearest] = asked
  return nearest.how === 'set' || nearest.how === 'inherited'
    ? { how: nearest.how, place: nearest.place, value }
    : derived(nearest.place, value, because, asked)
}

const why = (fact: Fact<unknown>): string => (fact.how === 'unknown' ? fact.because : 'it could not be read')

/** A user's text as a uid. `asked` is the chain so far, nearest first; its first fact has the place. */
function uidOf(
  text: string,
  image: ImageFacts | undefined,
  asked: readonly [Fact<unknown>, ...Fact<unknown>[]],
): Fact<number> {
  const { place } = asked[0]
  if (isNumber(text)) return number(asked, Number(text), `user ${text} is a number`)
  const entry = account(image, text)
  if ('found' in entry && entry.found.how !== 'unknown')
    return derived(place, entry.found.value, `user ${text} is uid ${entry.found.value}`, [
      ...asked,
      step(entry.found, `/etc/passwd has ${text} as uid ${entry.found.value}`),
    ])
  if (text === 'root') return derived(place, 0, 'root is uid 0', asked)
  if ('unread' in entry)
    return unknown(place, `user ${text} is a name in the image's /etc/passwd: ${why(entry.unread)}`, 'image', asked)
  return image
    ? unknown(place, `the image's /etc/passwd has no user ${text}`, 'image', asked)
    : unknown(place, `user ${text} is a name in the image's /etc/passwd`, 'image', asked)
}

function gidOf(
  text: string,
  user: string,
  image: ImageFacts | undefined,
  asked: readonly [Fact<unknown>, ...Fact<unknown>[]],
): Fact<number> {
  const { place } = asked[0]
  if (text !== '') {
    if (isNumber(text)) return number(asked, Number(text), `group ${text} is a number`)
    const entry = groupOf(image, text)
    if ('found' in entry && entry.found.how !== 'unknown')
      return derived(place, entry.found.value, `group ${text} is gid ${entry.found.value}`, [
        ...asked,
        step(entry.found, `/etc/group has ${text} as gid ${entry.found.value}`),
      ])
    if (text === 'root') return derived(place, 0, 'root is gid 0', asked)
    return unknown(place, `group ${text} is a name in the image's /etc/group`, 'image', asked)
  }
  const entry = account(image, user)
  if ('found' in entry && entry.gid && entry.gid.how !== 'unknown')
    return derived(place, entry.gid.value, 'the primary group of the user', [
      ...asked,
      step(entry.gid, `/etc/passwd gives the user gid ${entry.gid.value}`),
    ])
  if ((!image || 'unread' in entry) && user !== 'root' && user !== '0')
    return unknown(place, 'the primary group of the user is in the image’s /etc/passwd', 'image', asked)
  return derived(place, 0, 'no group is written and /etc/passwd names none: 0', asked)
}

/** USER of the image as uid and gid, and whether its /etc/passwd knows it. */
export function imageUser(image: ImageFacts): Pick<ImageFacts, 'uid' | 'gid' | 'userKnown'> {
  const fact = image.user
  if (fact.how === 'unknown') {
    const same = (): Fact<never> => unknown(fact.place, fact.because, fact.ask, [fact])
    return { uid: same(), gid: same(), userKnown: same() }
  }
  const { user, group } = splitUser(fact.value)
  const name = user === '' ? 'root' : user
  const nobody = 'the image names no user'
  const userKnown: Fact<boolean> = isNumber(name)
    ? derived(fact.place, true, 'a number needs no entry', [fact])
    : user === ''
      ? derived(fact.place, true, nobody, [fact])
      : 'unread' in account(image, name)
        ? unknown(fact.place, "the image's /etc/passwd could not be read", 'image', [fact])
        : derived(fact.place, 'found' in account(image, name), `/etc/passwd is asked for ${name}`, [
            fact,
            image.accounts,
          ])
  return {
    uid: user === '' ? derived(fact.place, 0, nobody, [fact]) : uidOf(name, image, [fact]),
    gid: user === '' && group === '' ? derived(fact.place, 0, nobody, [fact]) : gidOf(group, name, image, [fact]),
    userKnown,
  }
}

/** Is it left to the image? Then the image's word counts. */
export const leftToImage = (fact: Fact<unknown>): boolean => fact.how === 'unknown' && fact.ask === 'image'

/** The container's user, with what it left open taken from the image. */
export function containerUser(container: ContainerFacts, image: ImageFacts | undefined): ContainerFacts['user'] {
  const own = container.user
  const said = own.name.how === 'unknown' ? undefined : own.name.value
  const given = image?.user
  const group = own.group.how === 'unknown' ? '' : own.group.value
  if (said !== undefined && said !== '') {
    const chain: readonly [Fact<unknown>] = [own.name]
    return {
      ...own,
      group: own.group.how === 'unknown' ? derived(own.group.place, '', 'no group is written', [own.group]) : own.group,
      uid: uidOf(said, image, chain),
      gid: gidOf(group, said, image, group === '' ? chain : [own.group]),
      numeric: derived(own.name.place, isNumber(said), `the user is written as ${said}`, chain),
    }
  }
  if (own.name.how === 'unknown' && !leftToImage(own.name)) {
    const same = (): Fact<never> =>
      unknown(own.name.place, own.name.how === 'unknown' ? own.name.because : '', 'user', [own.name])
    return { ...own, uid: same(), gid: same(), numeric: same() }
  }
  if (!image || !given || given.how === 'unknown') {
    const open = (): Fact<never> =>
      given?.how === 'unknown'
        ? unknown(own.name.place, given.because, given.ask, [own.name, given])
        : unknown(own.name.place, 'the user is left to the image, which was not given', 'image', [own.name])
    return { ...own, uid: open(), gid: open(), numeric: open() }
  }
  const { user, group: imageGroup } = splitUser(given.value)
  const says = given.value === '' ? 'the image names no USER' : `the image says USER ${given.value}`
  const chain: readonly [Fact<unknown>, Fact<unknown>] = [own.name, step(given, says)]
  // Where a Dockerfile says it, that is the line to change; the configuration of an image is nobody's text.
  const isText = image.built.how !== 'unknown' && !image.built.value
  const { place } = isText ? given : own.name
  const groupText = group === '' ? imageGroup : group
  const uid =
    user === ''
      ? derived(place, 0, 'neither the container nor its image names a user', chain)
      : uidOf(user, image, chain)
  return {
    ...own,
    name: derived(place, user, 'the USER of the image', chain),
    group: derived(place, groupText, 'the USER of the image', chain),
    uid: isText ? { ...uid, place } : uid,
    gid:
      user === '' && groupText === ''
        ? derived(place, 0, 'nobody names a group', chain)
        : gidOf(groupText, user === '' ? 'root' : user, image, chain),
    numeric: derived(place, isNumber(user), 'the USER of the image decides', chain),
  }
}
