-- Walls that want in, see server/pairings.py. KEYS  walls, codes, order (when each runs out, in ms)
-- ARGV  what, then what belongs to it. A wall is {code, room, link}; "" for none
local walls, codes, order = KEYS[1], KEYS[2], KEYS[3]
local what = ARGV[1]
local time = redis.call("TIME")
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

local function get(wall)
  local value = wall and redis.call("HGET", walls, wall)
  return value and cmsgpack.unpack(value)
end

local function put(wall, value)
  redis.call("HSET", walls, wall, cmsgpack.pack(value))
end

local function drop(wall)
  local value = get(wall)
  if value and value[1] ~= "" then redis.call("HDEL", codes, value[1]) end
  redis.call("HDEL", walls, wall)
  redis.call("ZREM", order, wall)
end

for _, wall in ipairs(redis.call("ZRANGE", order, "-inf", now, "BYSCORE")) do drop(wall) end

if what == "open" then
  local wall, code, life, most = ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
  if redis.call("HEXISTS", codes, code) == 1 then return 0 end
  local over = redis.call("ZCARD", order) - most + 1
  if over > 0 then
    for _, old in ipairs(redis.call("ZRANGE", order, 0, over - 1)) do drop(old) end
  end
  put(wall, {code, "", ""})
  redis.call("HSET", codes, code, wall)
  redis.call("ZADD", order, now + life, wall)
  return 1
end

if what == "take" then
  local wall = redis.call("HGET", codes, ARGV[2])
  local value = get(wall)
  if not value then return false end
  redis.call("HDEL", codes, ARGV[2])
  put(wall, {"", value[2], value[3]})
  return wall
end

local wall = ARGV[2]
local value = get(wall)
if what == "give_back" then
  if value and value[2] == "" then
    put(wall, {ARGV[3], "", ""})
    redis.call("HSET", codes, ARGV[3], wall)
  end
  return 1
end

if what == "settle" then
  if not value then return 0 end
  put(wall, {"", ARGV[3], ARGV[4]})
  redis.call("ZADD", order, now + tonumber(ARGV[5]), wall)
  return 1
end

return value
