-- Tokens are taken whether there are any or not: what is spent in advance is owed, and who asks waits for it.
--
-- KEYS      the buckets
-- ARGV[1]   {recover, horizon, debt, spent: [[rate, tokens]]}
-- answer    [what is left in each, below 0 what is owed]
local left = {}
for i, spent in ipairs(q.spent) do
  local bucket = open(KEYS[i], spent[1], true)
  take(bucket, spent[2])
  keep(bucket)
  left[i] = bucket.has
end
return cjson.encode(left)
