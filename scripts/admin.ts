// npm run admin -- <command>: recovers accounts beside a running Signalbox. Running processes hear of ended sessions within a second.
import { createLocalBus } from '../src/bus/bus.ts'
import { type Config, ConfigError, readConfig } from '../src/config.ts'
import { createDatabase, type Database } from '../src/database/client.ts'
import { findEmbeddedPostgres } from '../src/database/embedded/postgres.ts'
import { openConnections } from '../src/database/open-connections.ts'
import { createAudit } from '../src/domain/audit/audit.ts'
import { createLinks } from '../src/domain/people/links.ts'
import { createOneTimeCodes } from '../src/domain/people/one-time-codes.ts'
import { createOperatorActs } from '../src/domain/people/operator-acts.ts'
import { createAnnounceSessions } from '../src/domain/people/session-changes.ts'
import { systemClock as clock } from '../src/lib/clock.ts'
import { SignalboxError } from '../src/lib/errors.ts'
import { createIds } from '../src/lib/ids.ts'
import { createLog } from '../src/lib/log.ts'
import { explainStartupError } from '../src/lib/startup-error.ts'

const USAGE = `Usage: npm run admin -- <command>

  setup-link              prints a link that makes the first owner
  reset-password <email>  prints a link by which the person sets a new password
  disable-2fa <email>     removes the second factor and ends all sessions
  end-sessions <email>    ends all sessions

Signalbox finds its database by DATABASE_URL, or by DATA_DIR while it runs on its embedded PostgreSQL.
Links begin with PUBLIC_URL, by default http://localhost and PORT.
`

/** Runs a command and prints its result. @throws with one sentence */
async function run(command: string, email: string, config: Config, { prisma }: Database): Promise<string> {
  const codes = createOneTimeCodes({ clock })
  const announceSessions = createAnnounceSessions({})
  const audit = createAudit({ clock, makeId: createIds(clock), bus: createLocalBus() })
  const acts = createOperatorActs({ prisma, clock, audit, codes, announceSessions })
  const links = createLinks(config.publicUrl ?? `http://localhost:${config.port}`)
  const ended = (count: number) => (count === 1 ? '1 session ended.' : `${count} sessions ended.`)
  switch (command) {
    case 'setup-link': {
      const code = await acts.setUpCode()
      if (code === undefined) throw new Error('This installation has an owner already. Ask for an invitation.')
      return `Open this link within an hour. The first person who uses it becomes the owner:\n\n  ${links.to('setup', code)}\n`
    }
    case 'reset-password':
      return `Give this link to the person, over a channel that you trust. It is good once, for an hour:\n\n  ${links.to('reset-password', await acts.resetPassword(email))}\n`
    case 'disable-2fa':
      return `The second factor was removed. ${ended(await acts.disableTwoFactor(email))}`
    default:
      return ended(await acts.endSessions(email))
  }
}

async function connect(config: Config): Promise<Database> {
  const log = createLog({ level: 'warn', destination: { write: (line) => process.stderr.write(line) } })
  const url = config.databaseUrl ?? (await findEmbeddedPostgres(config.dataDir))
  const { databaseDirectUrl: directUrl } = config
  return createDatabase(await openConnections({ url, ...(directUrl !== undefined && { directUrl }), log }))
}

const [command = '', email = '', ...rest] = process.argv.slice(2)
const needsEmail = ['reset-password', 'disable-2fa', 'end-sessions'].includes(command)
if (rest.length > 0 || (command !== 'setup-link' && !needsEmail) || needsEmail !== (email !== '')) {
  process.stderr.write(USAGE)
  process.exit(1)
}
let database: Database | undefined
try {
  const config = readConfig(process.env, 'all')
  database = await connect(config)
  process.stdout.write(`${await run(command, email, config, database)}\n`)
} catch (error) {
  const isOurs = error instanceof ConfigError || error instanceof SignalboxError
  process.stderr.write(`${isOurs ? error.message : explainStartupError(error)}\n`)
  process.exitCode = 1
} finally {
  await database?.stop()
}
