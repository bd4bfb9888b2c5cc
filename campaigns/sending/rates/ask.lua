-- How many of a group may leave now. One call for the whole group, so that nobody takes a token twice.
--
-- KEYS      the buckets: those that hold for everything, then lanes (mail servers), then classes (domains)
-- ARGV[1]   {recover, horizon, totals: [rate], lanes: [[rate, weight]], classes: [[rate, fresh, returning]], asked}
-- answer    {wait, granted: [[fresh, returning, first slot, seconds between slots]], shares: [count]}
--
-- A bucket is a hash: t, when it will be full again (GCRA); p, until when slots were promised to who is held back;
-- r, s and c where it was slowed down: to which rate, when, and from which rate. local.py does the same without Redis.
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local q = cjson.decode(ARGV[1])
local buckets = {}

local function shape(bucket, rate)
  bucket.rate, bucket.gap = rate, 1 / rate
  bucket.burst = math.max(1, rate, math.min(rate * 30, 6))
end

local function open(key, rate)
  local said = redis.call('HMGET', key, 't', 'p', 'r', 's', 'c')
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
  bucket.t = math.max(now, math.min(tonumber(said[1]) or start, full))
  bucket.has = math.floor((full - bucket.t) / bucket.gap + 0.000001)
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
  redis.call('EXPIRE', bucket.key, math.ceil(bucket.burst * bucket.gap + q.horizon + q.recover))
end

local function next_token(bucket) return math.max(now, bucket.t + (1 - bucket.burst) * bucket.gap) end

local at = 0
local function next_key() at = at + 1; return KEYS[at] end

local left, wait = q.asked, 0
local totals, lanes, laned, standing = {}, {}, 0, 0
for i, rate in ipairs(q.totals) do
  totals[i] = open(next_key(), rate)
  left = math.min(left, totals[i].has)
  if totals[i].has < 1 then wait = math.max(wait, next_token(totals[i]) - now) end
end
local soonest = math.huge
for i, lane in ipairs(q.lanes) do
  lanes[i] = open(next_key(), lane[1])
  laned = laned + lanes[i].has
  soonest = math.min(soonest, lanes[i].has < 1 and next_token(lanes[i]) - now or 0)
end
if #lanes > 0 then
  left = math.min(left, laned)
  if laned < 1 then wait = math.max(wait, soonest) end
end

local granted, sum = {}, 0
for i, class in ipairs(q.classes) do
  local bucket = open(next_key(), class[1])
  local fresh, returning, first = 0, 0, 0
  if left > 0 then
    local idle = bucket.rate == 0 or bucket.t <= now or bucket.promised <= now
    returning = math.min(class[3], bucket.has, left)
    if idle then fresh = math.min(class[2], bucket.has - returning, left - returning) end
    take(bucket, fresh + returning)
    left = left - fresh - returning
    sum = sum + fresh + returning
    local refused = class[2] + class[3] - fresh - returning
    if refused > 0 and left > 0 and bucket.rate > 0 then
      first = math.max(idle and 0 or bucket.promised, next_token(bucket))
      bucket.promised = math.min(first + refused * bucket.gap, now + q.horizon)
      first = math.max(first - now, 0.001)
    elseif idle then
      bucket.promised = 0
    end
    keep(bucket)
  end
  granted[i] = {fresh, returning, tostring(first), tostring(bucket.gap or 0)}
end
for _, bucket in ipairs(totals) do take(bucket, sum); keep(bucket) end

local shares, weights, open_sum = {}, 0, sum
for _, lane in ipairs(q.lanes) do weights = weights + lane[2] end
for i, lane in ipairs(q.lanes) do
  shares[i] = math.min(lanes[i].has, math.floor(sum * lane[2] / weights))
  open_sum = open_sum - shares[i]
end
for i in ipairs(q.lanes) do
  local more = math.min(open_sum, lanes[i].has - shares[i])
  shares[i] = shares[i] + more
  open_sum = open_sum - more
  take(lanes[i], shares[i])
  keep(lanes[i])
end
return cjson.encode({wait = tostring(sum > 0 and 0 or wait), granted = granted, shares = shares})
