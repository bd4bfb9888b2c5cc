-- How many of a group may leave now. One call for the whole group, so that nobody takes a token twice.
--
-- KEYS      the buckets: those that hold for everything, then lanes (mail servers), then classes (domains)
-- ARGV[1]   {recover, horizon, debt, totals: [rate], lanes: [[rate, weight]], classes: [[rate, fresh, returning]], asked}
-- answer    {wait, granted: [[fresh, returning, first slot, seconds between slots]], shares: [count]}
local function next_token(bucket) return math.max(now, bucket.t + (1 - bucket.burst) * bucket.gap) end

local at = 0
local function next_key() at = at + 1; return KEYS[at] end

local left, wait = q.asked, 0
local totals, lanes, laned = {}, {}, 0
for i, rate in ipairs(q.totals) do
  totals[i] = open(next_key(), rate, true)
  left = math.min(left, totals[i].has)
  if totals[i].has < 1 then wait = math.max(wait, next_token(totals[i]) - now) end
end
local soonest = math.huge
for i, lane in ipairs(q.lanes) do
  lanes[i] = open(next_key(), lane[1], true)
  laned = laned + math.max(0, lanes[i].has)
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
  shares[i] = math.max(0, math.min(lanes[i].has, math.floor(sum * lane[2] / weights)))
  open_sum = open_sum - shares[i]
end
-- What is over goes to lanes with a rate first: the others need no leave, and some messages only one of those takes.
for _, free in ipairs({false, true}) do
  for i, lane in ipairs(q.lanes) do
    local more = (lane[1] == 0) == free and math.max(0, math.min(open_sum, lanes[i].has - shares[i])) or 0
    shares[i] = shares[i] + more
    open_sum = open_sum - more
  end
end
for i in ipairs(q.lanes) do take(lanes[i], shares[i]); keep(lanes[i]) end
return cjson.encode({wait = tostring(sum > 0 and 0 or wait), granted = granted, shares = shares})
