-- Replace stored batches if they are still as they were read, forget keys.
--
-- KEYS  log · index · keyed
-- ARGV  number of rewrites, then (last, sha1 of what is there, new) each · the seqs whose keys are forgotten
-- gives {"ok"} · {"changed"}
local at = replaced(KEYS[1], tonumber(ARGV[1]), 2)
if not at then
  return { "changed" }
end
for seq = at, #ARGV do
  redis.call("HDEL", KEYS[3], ARGV[seq])
end
return { "ok" }
