/** Wrong usage or configuration: an absent target, a bad rule or option. Exit code 2. Each message says what to do. */
export class UsageError extends Error {
  readonly messages: readonly string[]
  constructor(messages: readonly string[]) {
    super(messages.join('\n'))
    this.name = 'UsageError'
    this.messages = messages
  }
}
