-- What ask.lua and spend.lua have in common; it stands before each of them.
--
-- A bucket is a hash: t, when it will be full again (GCRA); n, its rate then; p, until when slots were promised to who is
-- held back; r, s and c where it was slowed down: to which rate, when, and from which rate. One that may owe has given
-- tokens in advance where t is further off than an empty one's; then nobody who waits gets any. local.py does the same
-- without Redis.
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local q = cjson.decode(ARGV[1])

local function shape(bucket, rate)
  bucket.rate, bucket.gap = rate, 1 / rate
  bucket.burst = math.max(1, rate, math.min(rate * 30, 6))
end

local function open(key, rate, owes)
  local said = redis.call('HMGET', key, 't', 'p', 'r', 's', 'c', 'n')
  local bucket = {key = key, rate = rate, promised = tonumber(said[2]) or 0}
  local slowed, since, ceiling = tonumber(said[3]), tonumber(said[4]), tonumber(said[5])
  if slowed then
    local recovered = slowed + (now - since) * ceiling / q.recover
    if recovered < ceiling and (rate == 0 or recovered < rate) then
      rate = recovered
    else
      redis.call('HDEL', key, 'r', 's', 'c')
    end
  end
  if rate == 0 then bucket.rate = 0; bucket.has = math.huge; return bucket end
  shape(bucket, rate)
  local full = now + bucket.burst * bucket.gap
  local start = full - math.max(1, rate / 10) * bucket.gap
  local t, before = tonumber(said[1]) or start, tonumber(said[6]) or rate
  if t > full and owes then
    t = now + (t - now) * before / rate
    full = math.max(full, math.min(t, full + q.debt))
  end
  bucket.t = math.max(now, math.min(t, full))
  bucket.has = math.floor((now + bucket.burst * bucket.gap - bucket.t) / bucket.gap + 0.000001)
  return bucket
end

local function take(bucket, count)
  if bucket.rate == 0 or count == 0 then return end
  bucket.t = bucket.t + count * bucket.gap
  bucket.has = bucket.has - count
end

local function keep(bucket)
  if bucket.rate == 0 then return end
  redis.call('HSET', bucket.key, 't', string.format('%.6f', bucket.t), 'p', string.format('%.6f', bucket.promised),
    'n', string.format('%.6f', bucket.rate))
  local away = math.max(bucket.burst * bucket.gap, bucket.t - now)
  redis.call('EXPIRE', bucket.key, math.ceil(away + q.horizon + q.recover))
end
