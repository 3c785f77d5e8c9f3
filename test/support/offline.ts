/** Every test runs offline: a connection that nobody asked for fails with the line that opened it. */
import net from 'node:net'

const connect = net.Socket.prototype.connect
net.Socket.prototype.connect = function (this: net.Socket, ...args: unknown[]): net.Socket {
  const [first] = args.flat() as unknown[]
  const isLocal = typeof first === 'object' && first !== null && 'path' in first && typeof first.path === 'string'
  if (!isLocal) {
    const error = new Error(`A test opened a connection: ${JSON.stringify(first)}`)
    // The stack names the caller; an error event could be swallowed.
    process.exitCode = 1
    throw error
  }
  return Reflect.apply(connect, this, args)
}
