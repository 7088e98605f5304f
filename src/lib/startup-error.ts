import { redactSecrets } from './log.ts'

interface SystemError extends Error {
  code?: string
  syscall?: string
  path?: string
  port?: number
  address?: string
}

/** One sentence for the person who starts Signalbox: the fault and the action to take. */
export function explainStartupError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return redactSecrets(sentence(error))
}

function sentence(error: SystemError): string {
  if (error.syscall === 'listen') return listenSentence(error)
  // Every other file that a start reads names its own setting.
  if (error.path !== undefined && error.syscall !== undefined)
    return `DATA_DIR: ${error.path} cannot be used (${error.code}, ${error.syscall}). Set DATA_DIR to a folder that this user may create and write.`
  return error.message
}

function listenSentence(error: SystemError): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `Port ${error.port} is in use. Stop the process that listens there, or set PORT to another port.`
    case 'EACCES':
      return `This user may not listen on port ${error.port}. Set PORT to a port above 1023.`
    case 'EADDRNOTAVAIL':
      return `This machine has no address ${error.address}. Set HOST to an address of this machine.`
    default:
      return error.message
  }
}
