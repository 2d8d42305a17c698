-- Ends the dump of a part, if no other has begun since.
-- KEYS: late. ARGV: name of the dump. Gives 1, or 0 when it was another's.
if redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 0 then return 0 end
return redis.call('DEL', KEYS[1])
