import type { Redis } from '../../database/redis.ts'
import { type Counter, STEPS, type WindowCost, widthOf } from './sliding-window.ts'

const PREFIX = 'signalbox:limit:'

/**
 * Lua script with the algorithm of sliding-window.ts, as one atomic step for all processes. Each subject has a hash:
 * `now`, and for each window the sum `n`, the oldest step `o`, the latest step `l`, and the amount of each step by its
 * number. Each step is forgotten once, so the cost of a call does not grow.
 *
 * ARGV: now (empty for the clock of Redis, which all processes share); then name, limit, step width and amount of each
 * window.
 */
const SPEND = `
local key, steps = KEYS[1], ${STEPS}
local function get(field) return tonumber(redis.call('HGET', key, field)) end
local now = tonumber(ARGV[1])
if now == nil then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local last = redis.pcall('HGET', key, 'now')
-- A key that holds no hash is the work of another program. PEXPIRE deletes without a further permission.
if type(last) == 'table' then redis.call('PEXPIRE', key, 0) last = nil end
now = math.max(now, tonumber(last) or 0)
local windows, admitted, longest = {}, 1, 0
for at = 2, #ARGV, 4 do
  local name, limit, width, amount = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  local w = { name = name, limit = limit, width = width, amount = amount, step = math.floor(now / width) }
  local there = redis.call('HMGET', key, name .. 'n', name .. 'o', name .. 'l')
  w.total, w.oldest, w.latest = tonumber(there[1]) or 0, tonumber(there[2]), tonumber(there[3])
  while w.oldest and w.oldest < w.step - steps do
    w.total = w.total - (get(name .. w.oldest) or 0)
    redis.call('HDEL', key, name .. w.oldest)
    repeat w.oldest = w.oldest + 1 until w.oldest > w.latest or redis.call('HEXISTS', key, name .. w.oldest) == 1
    if w.oldest > w.latest then w.oldest = nil end
    w.moved = true
  end
  if amount > 0 and w.total + amount > limit then admitted = 0 end
  longest = math.max(longest, width * (steps + 1))
  windows[#windows + 1] = w
end
local answer = { admitted, now }
for _, w in ipairs(windows) do
  if admitted == 1 and w.amount > 0 then
    redis.call('HINCRBY', key, w.name .. w.step, w.amount)
    w.total, w.oldest, w.latest, w.moved = w.total + w.amount, w.oldest or w.step, w.step, true
  end
  if w.moved then
    if w.oldest then redis.call('HSET', key, w.name .. 'n', w.total, w.name .. 'o', w.oldest, w.name .. 'l', w.latest)
    else redis.call('HDEL', key, w.name .. 'n', w.name .. 'o', w.name .. 'l') end
  end
  local fits = now
  local left = w.total
  if admitted == 0 then left = left + w.amount end
  if left > w.limit then
    fits = (w.step + steps + 1) * w.width
    for old = w.oldest or w.step + 1, w.latest or 0 do
      left = left - (get(w.name .. old) or 0)
      if left <= w.limit then fits = (old + steps + 1) * w.width break end
    end
  end
  answer[#answer + 1] = math.max(0, w.limit - w.total)
  answer[#answer + 1] = ((w.oldest or w.step) + steps + 1) * w.width
  answer[#answer + 1] = fits
end
redis.call('HSET', key, 'now', now)
redis.call('PEXPIRE', key, longest)
return answer`

interface Scripted extends Redis {
  signalboxSpend(key: string, ...args: (string | number)[]): Promise<number[]>
}

/** @param now empty for the clock of Redis */
export function createRedisSlidingWindow(redis: Redis, now: () => number | ''): Counter {
  redis.defineCommand('signalboxSpend', { numberOfKeys: 1, lua: SPEND })
  return {
    async spend(who, charges: readonly WindowCost[]) {
      const args = charges.flatMap((charge) => [charge.name, charge.limit, widthOf(charge), charge.amount])
      const [admitted, at, ...figures] = await (redis as Scripted).signalboxSpend(PREFIX + who, now(), ...args)
      const windows = charges.map(({ amount: _, ...window }, index) => {
        const [remaining, resetAt, retryAt] = figures.slice(index * 3, index * 3 + 3) as [number, number, number]
        return { ...window, remaining, resetAt, retryAt }
      })
      return { admitted: admitted === 1, now: at!, windows }
    },
  }
}
