-- Gives the owner of a claim: the one who holds it, or the one who asks.
-- KEYS: claim. ARGV: owner, now, until (both unix milliseconds).
-- The caller's clock rules; Redis only drops the key some time after.
local s = redis.call('HMGET', KEYS[1], 'owner', 'until')
if s[1] and tonumber(s[2]) > tonumber(ARGV[2]) then return s[1] end
redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'until', ARGV[3])
redis.call('PEXPIRE', KEYS[1], math.max(1, tonumber(ARGV[3]) - tonumber(ARGV[2])))
return ARGV[1]
