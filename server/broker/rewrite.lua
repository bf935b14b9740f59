-- Replace stored batches if they are still as they were read, forget keys, drop what is trimmed.
--
-- KEYS  log · index · keyed
-- ARGV  drop batches whose last seq is not above this ("" for none)
--       · number of rewrites, then (last, sha1 of what is there, new) each · the seqs whose keys are forgotten
-- gives {"ok"} · {"changed"}
local at = replaced(KEYS[1], tonumber(ARGV[2]), 3)
if not at then
  return { "changed" }
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
