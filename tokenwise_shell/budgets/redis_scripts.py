"""The steps that must be atomic in a shared store, in Lua, as Redis and Valkey run it.

Layout, all under one hash tag so that a cluster keeps it in one slot:

    {tokenwise}:budget:<scope>   hash: limit, spent, held, overrun, raised, in nano-dollars
    {tokenwise}:hold:<id>        hash: amount, state ("held" | "expired" | "closed"), scopes (one a line)
    {tokenwise}:due              sorted set: id of each open hold, by the moment at which it expires, in ms

A hold that expires belongs to a replica that died or is cut off. Its call may have been billed, so its whole amount is
counted as spent; a settlement that comes after all puts that right. Closed holds stay a while, so that a repeated
request changes nothing. A budget is forgotten some days after its window. What the limit cannot hold (it was lowered,
or calls were made while nobody could be asked) counts as overrun. Lua counts in doubles, which are exact up to 2^53:
9,007,199 USD in nano-dollars.
"""

from typing import Final

__all__ = ["CORRECT", "EXACT", "OPEN", "PREFIX", "RESERVE", "SETTLE"]

PREFIX: Final = "{tokenwise}:"

EXACT: Final = 2**53
"""Amounts up to this are exact."""

_LAW: Final = """
local function keep_the_law(budget)
    local told = redis.call('HMGET', budget, 'limit', 'spent', 'held', 'overrun')
    local over = tonumber(told[2]) + tonumber(told[3]) - tonumber(told[1])
    if over > tonumber(told[4]) then redis.call('HSET', budget, 'overrun', string.format('%.0f', over)) end
end
"""

_SWEEP: Final = """
local function now_ms()
    local t = redis.call('TIME')
    return t[1] * 1000 + math.floor(t[2] / 1000)
end

local function scopes_of(id)
    local names = {}
    for name in string.gmatch(redis.call('HGET', P .. 'hold:' .. id, 'scopes') or '', '[^\\n]+') do
        names[#names + 1] = P .. 'budget:' .. name
    end
    return names
end

local function book(id, held, spent, overrun)
    for _, budget in ipairs(scopes_of(id)) do
        if redis.call('HEXISTS', budget, 'limit') == 1 then
            redis.call('HINCRBY', budget, 'held', held)
            redis.call('HINCRBY', budget, 'spent', spent)
            redis.call('HINCRBY', budget, 'overrun', overrun)
        end
    end
end

local function sweep(now)
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', P .. 'due', '-inf', now, 'LIMIT', 0, 100)) do
        local amount = redis.call('HGET', P .. 'hold:' .. id, 'amount')
        book(id, '-' .. amount, amount, 0)
        redis.call('HSET', P .. 'hold:' .. id, 'state', 'expired')
        redis.call('ZREM', P .. 'due', id)
    end
end
"""

OPEN: Final = (
    f"local P = '{PREFIX}'\n"
    + _LAW
    + """
-- ARGV: scope, limit, what is spent if nobody has opened it, when it may be forgotten (Unix ms; 0 is never), and to
-- what somebody has raised it (0: nobody does so now). What was raised stays so.
local budget = P .. 'budget:' .. ARGV[1]
if redis.call('HEXISTS', budget, 'limit') == 0 then
    redis.call('HSET', budget, 'spent', ARGV[3], 'held', '0', 'overrun', '0')
end
if ARGV[5] ~= '0' then redis.call('HSET', budget, 'raised', ARGV[5]) end
local raised = redis.call('HGET', budget, 'raised') or '0'
redis.call('HSET', budget, 'limit', tonumber(raised) > tonumber(ARGV[2]) and raised or ARGV[2])
if ARGV[4] ~= '0' then redis.call('PEXPIREAT', budget, ARGV[4]) end
keep_the_law(budget)
return {1}
"""
)

RESERVE: Final = (
    f"local P = '{PREFIX}'\n"
    + _SWEEP
    + """
-- ARGV: id, amount, ms until it expires, share (at most one part in so many of what is left), scopes...
-- Answers {1}, or {0, index of the scope, available, held},
-- or {-1, index} for a scope that nobody has opened.
local id, amount, share, now = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[4]), now_ms()
sweep(now)
local state = redis.call('HGET', P .. 'hold:' .. id, 'state')
if state == 'held' then return {1} end
if state then return {0, 5, 0, 0} end
local answer = nil
for index = 5, #ARGV do
    local told = redis.call('HMGET', P .. 'budget:' .. ARGV[index], 'limit', 'spent', 'held')
    if not told[1] then return {-1, index} end
    local held = tonumber(told[3])
    local left = math.max(0, tonumber(told[1]) - tonumber(told[2]) - held)
    if amount * share > left then
        local busy = left + held >= amount
        if not answer or (answer.busy and not busy) or (answer.busy == busy and left < answer.left) then
            answer = {index = index, left = left, held = held, busy = busy}
        end
    end
end
if answer then
    return {0, answer.index, string.format('%.0f', answer.left), string.format('%.0f', answer.held)}
end
redis.call('HSET', P .. 'hold:' .. id, 'amount', ARGV[2], 'state', 'held', 'scopes', table.concat(ARGV, '\\n', 5))
redis.call('ZADD', P .. 'due', now + tonumber(ARGV[3]), id)
book(id, ARGV[2], 0, 0)
return {1}
"""
)

SETTLE: Final = (
    f"local P = '{PREFIX}'\n"
    + _SWEEP
    + _LAW
    + """
-- ARGV: id, cost, ms for which a closed hold is remembered, scopes of a call that was made without a hold...
-- Answers the state in which the hold was found.
local id, cost = ARGV[1], tonumber(ARGV[2])
local hold = P .. 'hold:' .. id
local told = redis.call('HMGET', hold, 'state', 'amount')
local state, amount = told[1] or 'unknown', tonumber(told[2] or '0')
local over = math.max(0, cost - amount)
if state == 'held' then
    book(id, string.format('%.0f', -amount), ARGV[2], string.format('%.0f', over))
elseif state == 'expired' then
    book(id, 0, string.format('%.0f', cost - amount), string.format('%.0f', over))
elseif state == 'unknown' then
    for index = 4, #ARGV do
        local budget = P .. 'budget:' .. ARGV[index]
        if redis.call('HEXISTS', budget, 'limit') == 1 then
            redis.call('HINCRBY', budget, 'spent', ARGV[2])
            keep_the_law(budget)
        end
    end
end
redis.call('ZREM', P .. 'due', id)
redis.call('HSET', hold, 'state', 'closed')
redis.call('PEXPIRE', hold, ARGV[3])
return state
"""
)

CORRECT: Final = (
    f"local P = '{PREFIX}'\n"
    + _LAW
    + """
-- ARGV: id, by how much what was spent changes, by how much the overrun, ms for which the id is remembered, scopes...
-- Done once for each id. Answers {how many of these budgets are open}.
local hold, open = P .. 'hold:' .. ARGV[1], 0
local function add(budget, name, by)
    local sum = math.max(0, tonumber(redis.call('HGET', budget, name)) + tonumber(by))
    redis.call('HSET', budget, name, string.format('%.0f', sum))
end
local first = redis.call('HSETNX', hold, 'state', 'closed') == 1
redis.call('PEXPIRE', hold, ARGV[4])
for index = 5, #ARGV do
    local budget = P .. 'budget:' .. ARGV[index]
    if redis.call('HEXISTS', budget, 'limit') == 1 then
        open = open + 1
        if first then
            add(budget, 'spent', ARGV[2])
            add(budget, 'overrun', ARGV[3])
            keep_the_law(budget)
        end
    end
end
return {open}
"""
)
