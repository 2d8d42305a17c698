-- Counts one action under a bound, by the generic cell rate algorithm (ITU-T I.371):
-- the key holds when its actions would be done at the bound's even pace.
-- KEYS: rate. ARGV: microseconds an action, actions at once.
-- Redis' clock rules: it is the one that all processes have in common.
local t = redis.call('TIME')
local now = tonumber(t[1]) * 1000000 + tonumber(t[2])
local pace = tonumber(ARGV[1])
local done = math.max(now, tonumber(redis.call('GET', KEYS[1]) or 0)) + pace
if done - now > pace * tonumber(ARGV[2]) then return 0 end
redis.call('SET', KEYS[1], string.format('%.0f', done), 'PX', math.ceil((done - now) / 1000))
return 1
