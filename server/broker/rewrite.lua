-- Replace stored batches if they are still as they were read, forget keys, drop what is trimmed.
--
-- KEYS  log · index · keyed
-- ARGV  drop batches whose last seq is not above this ("" for none)
--       · number of rewrites, then (last, sha1 of what is there, new) each · the seqs whose keys are forgotten
-- gives {"ok"} · {"changed"}
local at, rewrites = 3, {}
for _ = 1, tonumber(ARGV[2]) do
  local there = redis.call("HGET", KEYS[1], ARGV[at])
  if there then
    if redis.sha1hex(there) ~= ARGV[at + 1] then
      return { "changed" }
    end
    rewrites[#rewrites + 1] = at
  end
  at = at + 3
end
for _, found in ipairs(rewrites) do
  redis.call("HSET", KEYS[1], ARGV[found], ARGV[found + 2])
end
for seq = at, #ARGV do
  redis.call("HDEL", KEYS[3], ARGV[seq])
end
if ARGV[1] ~= "" then
  for _, last in ipairs(redis.call("ZRANGEBYSCORE", KEYS[2], "-inf", ARGV[1])) do
    redis.call("HDEL", KEYS[1], last)
  end
  redis.call("ZREMRANGEBYSCORE", KEYS[2], "-inf", ARGV[1])
end
return { "ok" }
