-- Replaces a respondent's state and keeps the reply to a message.
-- KEYS: attempt, reply. ARGV: now, version expected, version to be, state, its end
-- ('' to delete the state), reply, its end. Times are unix milliseconds.
-- Gives 1, or 0 when the version is another or the message was committed before.
-- Sent again after its reply was lost, it knows itself by the version to be.
local now = tonumber(ARGV[1])
local attempt = redis.call('HMGET', KEYS[1], 'version', 'until')
local reply = redis.call('HMGET', KEYS[2], 'by', 'until')
if reply[1] and tonumber(reply[2]) > now then
  return reply[1] == ARGV[3] and 1 or 0
end
local version = '0'
if attempt[1] and tonumber(attempt[2]) > now then version = attempt[1] end
if version ~= ARGV[2] then return 0 end

local function keep(key, till, ...)
  redis.call('HSET', key, 'until', till, ...)
  redis.call('PEXPIRE', key, math.max(1, tonumber(till) - now))
end
if ARGV[5] == '' then
  redis.call('DEL', KEYS[1])
else
  keep(KEYS[1], ARGV[5], 'version', ARGV[3], 'state', ARGV[4])
end
keep(KEYS[2], ARGV[7], 'by', ARGV[3], 'reply', ARGV[6])
return 1
