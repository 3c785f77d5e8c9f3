/** `rwk`, `Pix`, `mr`: the access letters of a file rule (apparmor.d(5), "File Permission Access Modes"). */

export interface FilePermissions {
  /** Letters of `rwalkmx`, each once, in this order. */
  readonly letters: string
  /** `ix`, `Px`, `cux` ... in their usual spelling; `x` where only that is written. */
  readonly exec?: string
}

const MEMO = new Map<string, FilePermissions | string>()
const KEPT = 2000

/** The permissions, or what is wrong with them. */
export function readPermissions(written: string): FilePermissions | string {
  let result = MEMO.get(written)
  if (result === undefined) {
    result = read(written)
    if (MEMO.size < KEPT && written.length < 20) MEMO.set(written, result)
  }
  return result
}

function read(written: string): FilePermissions | string {
  const letters = new Set<string>()
  let exec: string | undefined
  for (let at = 0; at < written.length; at++) {
    const letter = written.charAt(at)
    const low = letter.toLowerCase()
    if ('rwalkm'.includes(low)) {
      if ((low === 'w' && letters.has('a')) || (low === 'a' && letters.has('w')))
        return '"a" (append) and "w" (write) exclude each other'
      letters.add(low)
      continue
    }
    letters.add('x')
    if (low === 'x') {
      exec ??= 'x'
      continue
    }
    const next = written.charAt(at + 1).toLowerCase()
    const fallback = 'pc'.includes(low) && (next === 'i' || next === 'u') ? next : ''
    at += fallback === '' ? 1 : 2
    const base = low === 'i' ? 'i' : letter
    const found = `${base}${fallback === 'u' && base !== low ? 'U' : fallback}x`
    const before = exec
    // A lone x says nothing yet about how; for "i" it may even come first.
    if (before !== undefined && before !== found && !(low === 'i' && before === 'x'))
      return `${JSON.stringify(before)} and ${JSON.stringify(found)} exclude each other: a program is executed in one way`
    exec = found
  }
  const order = [...'rwalkmx'].filter((one) => letters.has(one)).join('')
  return { letters: order, ...(exec !== undefined && { exec }) }
}
