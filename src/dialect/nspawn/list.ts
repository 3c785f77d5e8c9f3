/** Environment, ports and restart of a container of systemd-nspawn, and what it runs. */
import { byDefault, unknown, type Fact } from '../../model/fact.ts'
import type { container } from '../../model/fields.ts'
import type { Element } from '../../model/row.ts'
import { ask, refuse, type Answer, type Ask } from '../ask.ts'
import { flag, list, said, strange, value, type Setting } from './setting.ts'

type Variable = Element<(typeof container.environment)['of']>
type Port = Element<(typeof container.ports)['of']>

/** `NAME=value`; a name alone is taken from whoever starts it. */
function variable(setting: Setting): Variable {
  const { text, place } = setting
  const sign = text.indexOf('=')
  const name = sign < 0 ? text : text.slice(0, sign)
  return {
    place,
    facts: {
      name: said(setting, name),
      value:
        sign < 0
          ? unknown(place, `${name.slice(0, 80)} is taken from the environment of whoever starts it`, 'user')
          : said(setting, text.slice(sign + 1)),
      fromSecret: sign < 0 ? said(setting, true) : byDefault(place, false, 'the value is written here'),
    },
  }
}
export const environment: Ask<readonly Variable[]> = list(['Environment'], (setting) => [variable(setting)])

/** `tcp:8080:80`: host before container, which may be left out. */
function port(setting: Setting): Port {
  const [, protocol = 'tcp', host, inside = host] = /^(?:(tcp|udp):)?(\d{1,5})(?::(\d{1,5}))?$/.exec(setting.text) ?? []
  const number = (text: string | undefined): Fact<number> =>
    text === undefined || Number(text) > 65_535
      ? strange(setting, `"${setting.text.slice(0, 40)}" is no port`)
      : said(setting, Number(text))
  return {
    place: setting.place,
    facts: {
      container: number(inside),
      published: said(setting, true),
      host: number(host),
      address: byDefault(setting.place, '0.0.0.0', 'every address of the host: systemd-nspawn knows no other'),
      protocol: said(setting, protocol === 'udp' ? 'udp' : 'tcp'),
    },
  }
}
export const ports: Ask<readonly Port[]> = list(['Port'], (setting) => [port(setting)])

const boots = flag('Boot')
const stub = flag('ProcessTwo')
/** A whole system, or one program. */
export const role: Ask<'system' | 'main'> = boots.to((on) => (on ? 'system' : 'main'))
export const init: Ask<boolean> = boots.to((on) => (on ? true : undefined)).else(stub)
/** What is booted is looked for by systemd-nspawn; else the parameters are the command. */
export const entrypoint: Ask<readonly Fact<string>[]> = boots.to((on, place) =>
  on ? [byDefault(place, '/sbin/init', 'the init that systemd-nspawn finds in the root file system')] : undefined,
)
export const command: Ask<readonly Fact<string>[]> = list(['Parameters'], (setting) => [said(setting, setting.text)])

/** Restart= of the unit (systemd.service(5)). */
export const restart: Ask<'no' | 'always' | 'on-failure'> = value('unit:Restart').to((text) =>
  text === 'no' || text === 'always'
    ? text
    : /^on-(?:failure|abnormal|abort|watchdog)$/.test(text)
      ? 'on-failure'
      : refuse(`Restart=${text.slice(0, 40)} is not one that is known here`, 'user'),
)

const label = value('selinux-context')
export const labelPart = (index: 0 | 1 | 2 | 3): Ask<string> =>
  label.to((whole) => {
    const found = whole.split(':')
    if (found.length < 3) return refuse(`"${whole.slice(0, 80)}" is not user:role:type:level`, 'user')
    return index === 3 ? found.slice(3).join(':') : (found[index] ?? '')
  })
export const labelled: Ask<boolean> = label.to(() => false)

/** AppArmorProfile= of the unit: what it runs is confined by it. */
const apparmor = value('unit:AppArmorProfile').to((text) => text.replace(/^-/, ''))
export const apparmorKind: Ask<'unconfined' | 'profile'> = apparmor.to((name) =>
  name === 'unconfined' ? 'unconfined' : 'profile',
)
export const apparmorName: Ask<string> = apparmor.to((name) => (name === 'unconfined' ? '' : name))

/** The name that its file gives it. */
export const name: Ask<string> = ask((scope): Answer<string> => {
  const node = scope['name']
  return node && typeof node.value === 'string' && node.value !== ''
    ? { how: 'set', place: node.place, value: node.value }
    : { how: 'silent', place: scope.self.place }
})
