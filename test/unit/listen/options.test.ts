import { describe, expect, test } from 'vitest'
import { readOptions } from '../../../listen/options.ts'

const NOW = new Date('2026-03-01T12:00:00Z')
const ENV = { SIGNALBOX_API_KEY: 'sb_live_x' }
const read = (line: string, env: NodeJS.ProcessEnv = ENV) => readOptions(line.split(' ').filter(Boolean), env, NOW)

describe('options of listen', () => {
  test('a target alone has the documented defaults', () => {
    expect(read('3000/hooks')).toEqual({
      ...{ url: 'http://127.0.0.1:4000', apiKey: 'sb_live_x', target: 'http://localhost:3000/hooks', types: ['*'] },
      ...{ replayFrom: undefined, answer: undefined, expectation: undefined, json: false, printSecret: false },
      ...{ mirror: undefined, hold: false },
    })
  })

  test.each([
    ['3000', 'http://localhost:3000/'],
    [':3000/a?b=c#d', 'http://localhost:3000/a?b=c'],
    ['localhost:3000/hooks', 'http://localhost:3000/hooks'],
    ['127.1:3000', 'http://127.0.0.1:3000/'],
    ['https://[::1]:8443/x', 'https://[::1]:8443/x'],
  ])('the target %s is %s', (text, target) => {
    expect(read(text).target).toBe(target)
  })

  test('every option is read', () => {
    const line = '--types a.*,b --types c --since 1h --answer 500 --delay 8s --expect a.b --count 2 --timeout 5m --json'
    expect(read(`${line} --print-secret --url https://hooks.example.com/graphql`)).toMatchObject({
      ...{ url: 'https://hooks.example.com', target: undefined, types: ['a.*', 'b', 'c'], json: true },
      ...{ replayFrom: new Date('2026-03-01T11:00:00Z'), answer: { statusCode: 500, delayMs: 8_000 } },
      ...{ expectation: { type: 'a.b', count: 2, timeoutMs: 300_000 }, printSecret: true },
    })
  })

  test('the URL of Signalbox comes from the environment, and an external target needs its option', () => {
    expect(read('3000', { ...ENV, SIGNALBOX_URL: 'http://10.0.0.1:4000/' }).url).toBe('http://10.0.0.1:4000')
    expect(read('https://example.com --allow-external').target).toBe('https://example.com/')
  })

  test('the time of --from is that of the id of the event', () => {
    expect(read('3000 --from evt_01arz3ndektsv4rrffq69g5fav').replayFrom).toEqual(new Date(1469922850259))
  })

  test.each([
    ['', 'Name a target'],
    ['3000 4000', 'One target only: 4000'],
    ['3000 --answer 200', 'only one of them'],
    ['3000 --delay 8s', '--delay needs --answer'],
    ['3000 --count 2', '--count and --timeout need --expect'],
    ['3000 --since 1h --from evt_x', 'both begin a replay'],
    ['3000 --mirror whep_x --types a', '--mirror takes over the event types'],
    ['3000 --hold --json', '--hold waits for keys'],
    ['3000 --since 1w', '--since must be a duration'],
    ['3000 --since 91d', '--since must be a duration'],
    ['3000 --from dlv_01arz3ndektsv4rrffq69g5fav', '--from must be the id of an event'],
    ['--answer 199', '--answer must be a number from 200 to 599, not 199'],
    ['--answer 200 --delay 31m', '--delay must be a duration'],
    ['3000 --expect a --count 0', '--count must be a number from 1'],
    ['3000 --expect a --timeout 25h', '--timeout must be a duration'],
    ['3000 --url ftp://a', '--url must be the http or https URL'],
    ['3000 --unknown', "Unknown option '--unknown'. See --help"],
    ['ftp://localhost', 'is no target'],
    ['70000', 'is no target'],
    ['http://user:word@localhost', 'must have no user name and password'],
    ['example.com/hooks', 'example.com is not this machine'],
    ['http://localhost.example.com', 'is not this machine'],
    ['http://0.0.0.0:3000', 'is not this machine'],
    ['http://127.0.0.1.example.com', 'is not this machine'],
  ])('"%s" is refused: %s', (line, sentence) => {
    expect(() => read(line)).toThrow(sentence)
  })

  test('a missing key is refused', () => {
    expect(() => read('3000', {})).toThrow('Set SIGNALBOX_API_KEY')
  })
})
