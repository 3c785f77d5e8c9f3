/** Conditions of `if`: `${X}`, `defined @{X}`, `not`, and AppArmor 5's `and`, `or`, parentheses and comparisons. */
import type { Reader } from './lexer.ts'
import type { Expression } from './syntax.ts'

const DEEPEST = 60

export const readExpression = (parser: Reader): Expression => alternatives(parser, 0)

function alternatives(parser: Reader, depth: number): Expression {
  const of = [both(parser, depth)]
  while (word(parser, 'or')) of.push(both(parser, depth))
  return of.length === 1 && of[0] ? of[0] : { op: 'or', of }
}
function both(parser: Reader, depth: number): Expression {
  const of = [negated(parser, depth)]
  while (word(parser, 'and')) of.push(negated(parser, depth))
  return of.length === 1 && of[0] ? of[0] : { op: 'and', of }
}
/** A word of AppArmor 5 that joins two conditions. */
function word(parser: Reader, name: string): boolean {
  const { lexer } = parser
  const before = lexer.pos
  lexer.match(/[ \t]+/y)
  if (lexer.match(name === 'or' ? /or\b/y : /and\b/y) !== undefined) {
    parser.isNew(`${name} in a condition`, lexer.place())
    return true
  }
  lexer.pos = before
  return false
}
function negated(parser: Reader, depth: number): Expression {
  const { lexer } = parser
  let negative = false
  lexer.skipSpace()
  while (lexer.match(/not\b/y) !== undefined) {
    negative = !negative
    lexer.skipSpace()
  }
  const of = factor(parser, depth)
  return negative ? { op: 'not', of } : of
}
function factor(parser: Reader, depth: number): Expression {
  const { lexer } = parser
  lexer.skipSpace()
  if (lexer.take('(')) {
    if (depth > DEEPEST) throw parser.fault(`Parentheses stand in one another more than ${DEEPEST} deep`)
    parser.isNew('parentheses in a condition', lexer.place())
    const inner = alternatives(parser, depth + 1)
    lexer.skipSpace()
    if (!lexer.take(')')) throw parser.fault(`A ) is expected, but here stands ${lexer.here()}`, lexer.pos)
    return inner
  }
  const defined = lexer.match(/defined\b/y) !== undefined
  if (defined) lexer.skipSpace()
  const variable = lexer.match(/[@$](?:\{[A-Za-z]\w*\}|[A-Za-z]\w*)(?![^\s=!<>{})])/y)
  const place = lexer.place()
  if (variable !== undefined) {
    const name = variable.replace(/[@${}]/g, '')
    if (defined) return { op: variable.startsWith('@') ? 'defined set' : 'defined boolean', name, place }
    if (variable.startsWith('$')) return { op: 'boolean', name, place }
  } else if (defined) throw parser.fault(`A variable is expected, but here stands ${lexer.here()}`, lexer.pos)
  const left = variable ?? operand(parser)
  lexer.match(/[ \t]+/y)
  parser.isNew('a comparison in a condition', place)
  const operator = lexer.match(/==|!=|>=|<=|>|<|in\b/y)
  if (operator === undefined) return { op: 'value', name: left, place }
  lexer.match(/[ \t]+/y)
  return { op: 'compare', operator, left, right: operand(parser), place }
}
function operand(parser: Reader): string {
  const { lexer } = parser
  if (lexer.text[lexer.pos] === '"') return lexer.quoted()
  const found = lexer.match(/@\{[A-Za-z]\w*\}|[^ \t\r\n"!,=(){}<>]+/y)
  if (found === undefined) throw parser.fault(`A condition is expected, but here stands ${lexer.here()}`, lexer.pos)
  return found
}
