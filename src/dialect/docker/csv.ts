/** One record of comma-separated values, as Go's encoding/csv reads it (RFC 4180): options of `docker run` are written so. */

/** The fields; undefined where a quote stands in the wrong place. */
export function csvFields(text: string): readonly string[] | undefined {
  const fields: string[] = []
  let at = 0
  for (;;) {
    if (text[at] === '"') {
      let field = ''
      at += 1
      for (;;) {
        const end = text.indexOf('"', at)
        if (end < 0) return undefined
        field += text.slice(at, end)
        at = end + 1
        if (text[at] !== '"') break
        field += '"'
        at += 1
      }
      if (at < text.length && text[at] !== ',') return undefined
      fields.push(field)
    } else {
      const end = text.indexOf(',', at)
      const field = text.slice(at, end < 0 ? undefined : end)
      if (field.includes('"')) return undefined
      fields.push(field)
      at = end < 0 ? text.length : end
    }
    if (at >= text.length) return fields
    at += 1
  }
}
