-- A domain put us off: halve its rate, at most once in a while. Recovery needs nobody: the rate is read as of now.
--
-- KEYS      the domain's bucket, the list of slowed ones
-- ARGV      its name, its own rate (0: none), the rate it was sent to, recover, pause and factor, the lowest rate
-- answer    the rate from now on, or nothing where it was slowed down a moment ago
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local own, seen, recover, pause = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local factor, lowest = tonumber(ARGV[6]), tonumber(ARGV[7])
local said = redis.call('HMGET', KEYS[1], 'r', 's', 'c')
local slowed, since, ceiling = tonumber(said[1]), tonumber(said[2]), tonumber(said[3])
local rate = own > 0 and math.min(own, seen) or seen
if slowed then
  if now - since < pause then return false end
  rate = math.min(ceiling, slowed + (now - since) * ceiling / recover)
else
  ceiling = own > 0 and own or seen
end
rate = math.max(lowest, rate * factor)
ceiling = math.max(ceiling, rate * 1.01)
local healed = recover * (ceiling - rate) / ceiling
redis.call('HSET', KEYS[1], 'r', string.format('%.6f', rate), 's', string.format('%.6f', now),
  'c', string.format('%.6f', ceiling), 't', string.format('%.6f', now + 1e9), 'p', '0',
  'n', string.format('%.6f', rate))
redis.call('EXPIRE', KEYS[1], math.ceil(healed + recover))
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
redis.call('ZADD', KEYS[2], now + healed, ARGV[1])
redis.call('EXPIRE', KEYS[2], math.ceil(recover) + 60)
return string.format('%.6f', rate)
