-- Announce something. KEYS  channel          ARGV  the message          gives how many heard it
return redis.call("SPUBLISH", KEYS[1], ARGV[1])
