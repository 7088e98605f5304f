// The API as it starts in earnest, where recording of usage can be switched off and on while it runs: two processes of the
// same program differ by more than recording costs.

import { compose, type Stop } from '../../src/compose.ts'
import { readConfig } from '../../src/config.ts'

const stops: Stop[] = []
const end = () => process.exit(1)
const { services, url } = await compose(readConfig(process.env, 'api'), { stops, onKey: end, onLost: end })
const recorder = services!.usageRecorder
const { add } = recorder

/** `write`, `flush`: everything recorded so far is in the database, is counted there. */
const COMMANDS: Record<string, () => unknown> = {
  record: () => Object.assign(recorder, { add }),
  silence: () => Object.assign(recorder, { add: () => {} }),
  write: recorder.write,
  flush: recorder.flush,
  async stop() {
    for (const stop of stops.reverse()) await stop()
  },
}

process.on('message', async (command: string) => {
  await COMMANDS[command]!()
  process.send!('done')
})
process.on('disconnect', () => process.exit())
process.send!(url)
