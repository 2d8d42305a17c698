-- Tries the commands of the other scripts on a key that is not there.
-- KEYS: that key. Gives the names of those that this account may not run.
local refused = {}
local function try(name, ...)
  local reply = redis.pcall(name, ...)
  local why = type(reply) == 'table' and reply.err
  if why and (string.find(why, 'executing the script', 1, true) or string.find(why, 'ermission', 1, true)) then
    refused[#refused + 1] = string.lower(name)
  end
end
local key = KEYS[1]
try('DEL', key)
try('EXISTS', key)
try('GET', key)
try('HDEL', key, 'f')
try('HGET', key, 'f')
try('HLEN', key)
try('HMGET', key, 'f')
try('SISMEMBER', key, 'm')
try('TIME')
try('PEXPIRE', key, 1)
try('XADD', key, 'NOMKSTREAM', '*', 'f', 'v')
try('SET', key, '', 'PX', 1000)
-- It holds a string now: these fail after their permission was checked.
try('HSET', key, 'f', 'v')
try('HSETNX', key, 'f', 'v')
try('SADD', key, 'm')
try('DEL', key)
return refused
