/** What is to be told of the lines of a configuration, besides what they say of the container. */
import type { Notice } from '../../model/notice.ts'
import { isKnown, OF_SYSTEM } from './known.ts'
import type { Line } from './line.ts'

/** Hooks that run on the host, as whoever starts the container; the others run in it. */
const ON_HOST =
  /^lxc\.(?:hook\.(?:pre-start|pre-mount|start-host|stop|post-stop|clone|destroy)|net\.\d+\.script\.(?:up|down))$/
/** Programs that come with LXC and its companions. */
const WITH_LXC = /^\/usr\/(?:local\/)?share\/(?:lxc|lxcfs)\//
const MOST = 20

export function told(lines: readonly Line[]): readonly Notice[] {
  const notices: Notice[] = []
  const tell = (id: string, { place }: Line, message: string): void => {
    if (notices.length < MOST) notices.push({ id, place, message, lost: false })
  }
  const old = lines.find(({ key, written, origin }) => key !== written && origin !== 'shipped')
  if (old)
    tell(
      'lxc-key-old',
      old,
      `${old.written} is a key of LXC 1 and 2, which LXC 3 and later refuse. It was read as they meant it. Rewrite the file: lxc-update-config -c FILE`,
    )
  for (const line of lines) {
    if (line.origin === 'shipped') continue
    const { key, text } = line
    if (ON_HOST.test(key) && text !== '' && !WITH_LXC.test(text))
      tell(
        'lxc-hook-on-host',
        line,
        `${key} runs ${text.slice(0, 200)} on the host, as whoever starts the container, mostly root. Who may write that program is root there: see that root alone may.`,
      )
    else if (key.startsWith('lxc.') && !isKnown(key) && !OF_SYSTEM.test(key))
      tell(
        'lxc-key-unknown',
        line,
        `LXC knows no ${key.slice(0, 80)}, and starts no container with it. Correct the name or remove the line.`,
      )
  }
  return notices
}
