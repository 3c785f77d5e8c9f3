/**
 * Stands in a text for a variable whose value is not known. Only in nodes that are `unknown`:
 * short syntaxes read what stands beside it (`$DATA:/data` has a known target).
 */
export const HOLE = '\uFFFC'
