"""The steps that must be atomic in a shared store, in Lua, as Redis and Valkey run it.

Layout, all under one hash tag so that a cluster keeps it in one slot:

    {tokenwise}:budget:<scope>   hash: limit, spent, held, overrun, raised, in nano-dollars; of a voucher also parents
                                 (scopes, one a line) and closed
    {tokenwise}:hold:<id>        hash: amount, state ("held" | "expired" | "closed"), scopes (one a line)
    {tokenwise}:due              sorted set: id of each open hold, by the moment at which it expires, in ms
    {tokenwise}:vouchers         sorted set: scope of each voucher that is not closed, by the moment at which it expires

A hold that expires belongs to a replica that died or is cut off. Its call may have been billed, so its whole amount is
counted as spent; a settlement that comes after all puts that right. Closed holds stay a while, so that a repeated
request changes nothing. A budget is forgotten some days after its window. What the limit cannot hold (it was lowered,
or calls were made while nobody could be asked) counts as overrun. Lua counts in doubles, which are exact up to 2^53:
9,007,199 USD in nano-dollars.

A voucher's budget stands on others, which follow it by the rules of `tokenwise.budgets.backing`; the contract of all
stores compares the two. By the server's clock a voucher is over at its moment, for everybody at once.

Whoever holds or settles is told how the budgets stand then, one after the other: limit, spent, held, overrun.
"""

from typing import Final

__all__ = ["ADOPT", "CORRECT", "EXACT", "MINT", "OPEN", "PREFIX", "RESERVE", "SETTLE", "SHUT"]

PREFIX: Final = "{tokenwise}:"

EXACT: Final = 2**53
"""Amounts up to this are exact."""

_BUDGETS: Final = f"""
local P = '{PREFIX}'

local function text(number) return string.format('%.0f', number) end

local function lines(joined)
    local found = {{}}
    for line in string.gmatch(joined or '', '[^\\n]+') do found[#found + 1] = line end
    return found
end

-- limit, spent, held, overrun as numbers, then parents and closed as they are; nothing for a budget that is not open
local function read(scope)
    local told = redis.call('HMGET', P .. 'budget:' .. scope, 'limit', 'spent', 'held', 'overrun', 'parents', 'closed')
    if not told[1] then return nil end
    for index = 1, 4 do told[index] = tonumber(told[index]) end
    return told
end

-- Add so much to a budget, and to what it stands on whatever that changes there; see `backing.follow`.
local function move(scope, spent, held, over)
    local was = read(scope)
    if not was then return end
    local limit = was[1]
    local now_spent, now_held = math.max(0, was[2] + spent), was[3] + held
    if was[6] == '1' then limit = math.min(limit, now_spent + now_held) end
    local now_over = math.max(0, was[4] + over, now_spent + now_held - limit)
    redis.call('HSET', P .. 'budget:' .. scope, 'limit', text(limit), 'spent', text(now_spent),
        'held', text(now_held), 'overrun', text(now_over))
    if not was[5] then return end
    local kept = math.max(0, limit - now_spent) - math.max(0, was[1] - was[2])
    local beyond = math.max(0, now_spent - limit) - math.max(0, was[2] - was[1])
    for _, parent in ipairs(lines(was[5])) do move(parent, now_spent - was[2], kept, beyond) end
end

local function stand(scopes)
    local told = {{}}
    for _, scope in ipairs(scopes) do
        local found = read(scope) or {{}}
        for index = 1, 4 do told[#told + 1] = found[index] and text(found[index]) or '' end
    end
    return told
end
"""

_SWEEP: Final = """
local function now_ms()
    local t = redis.call('TIME')
    return t[1] * 1000 + math.floor(t[2] / 1000)
end

local function scopes_of(id) return lines(redis.call('HGET', P .. 'hold:' .. id, 'scopes')) end

local function book(scopes, held, spent, overrun)
    for _, scope in ipairs(scopes) do move(scope, spent, held, overrun) end
end

-- Nothing more may be held in it, and the rest is its parents' again.
local function shut(scope)
    redis.call('ZREM', P .. 'vouchers', scope)
    if redis.call('HEXISTS', P .. 'budget:' .. scope, 'limit') == 1 then
        redis.call('HSET', P .. 'budget:' .. scope, 'closed', '1')
        move(scope, 0, 0, 0)
    end
end

-- First what was cut from others: its name is longer.
local function shut_all(scopes)
    table.sort(scopes, function(one, other) return #one > #other end)
    for _, scope in ipairs(scopes) do shut(scope) end
end

local function sweep(now)
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', P .. 'due', '-inf', now, 'LIMIT', 0, 100)) do
        local amount = tonumber(redis.call('HGET', P .. 'hold:' .. id, 'amount'))
        book(scopes_of(id), -amount, amount, 0)
        redis.call('HSET', P .. 'hold:' .. id, 'state', 'expired')
        redis.call('ZREM', P .. 'due', id)
    end
    shut_all(redis.call('ZRANGEBYSCORE', P .. 'vouchers', '-inf', now))
end

-- Of those that refuse: which one to name, as {-1, index} for a budget that nobody has opened, or
-- {0, index, available, held, limit, spent}; nothing where none does.
local function refusal(scopes, amount, share)
    local answer = nil
    for index, scope in ipairs(scopes) do
        local told = read(scope)
        if not told then return {-1, index} end
        local left = math.max(0, told[1] - told[2] - told[3])
        if amount * share > left then
            local busy = left + told[3] >= amount
            if not answer or (answer.busy and not busy) or (answer.busy == busy and left < answer.left) then
                answer = {index = index, left = left, busy = busy, told = told}
            end
        end
    end
    if not answer then return nil end
    return {0, answer.index, text(answer.left), text(answer.told[3]), text(answer.told[1]), text(answer.told[2])}
end
"""

OPEN: Final = (
    _BUDGETS
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
move(ARGV[1], 0, 0, 0)
return stand({ARGV[1]})
"""
)

RESERVE: Final = (
    _BUDGETS
    + _SWEEP
    + """
-- ARGV: id, amount, ms until it expires, share (at most one part in so many of what is left), scopes...
-- Answers {1, how they stand...}, or a refusal. A hold that is over already is {0, 1, 0, 0, 0, 0}.
local id, amount, now, scopes = ARGV[1], tonumber(ARGV[2]), now_ms(), {unpack(ARGV, 5)}
sweep(now)
local state = redis.call('HGET', P .. 'hold:' .. id, 'state')
if state and state ~= 'held' then return {0, 1, 0, 0, 0, 0} end
if not state then
    local refused = refusal(scopes, amount, tonumber(ARGV[4]))
    if refused then return refused end
    redis.call('HSET', P .. 'hold:' .. id, 'amount', ARGV[2], 'state', 'held', 'scopes', table.concat(scopes, '\\n'))
    redis.call('ZADD', P .. 'due', now + tonumber(ARGV[3]), id)
    book(scopes, amount, 0, 0)
end
return {1, unpack(stand(scopes))}
"""
)

SETTLE: Final = (
    _BUDGETS
    + _SWEEP
    + """
-- ARGV: id, cost, ms for which a closed hold is remembered, scopes of a call that was made without a hold...
-- Answers the state in which the hold was found, in how many scopes it was, these, and how they stand.
local id, cost = ARGV[1], tonumber(ARGV[2])
local hold = P .. 'hold:' .. id
local told = redis.call('HMGET', hold, 'state', 'amount')
local state, amount, scopes = told[1] or 'unknown', tonumber(told[2] or '0'), scopes_of(id)
local over = math.max(0, cost - amount)
if state == 'held' then
    book(scopes, -amount, cost, over)
elseif state == 'expired' then
    book(scopes, 0, cost - amount, over)
elseif state == 'unknown' then
    book({unpack(ARGV, 4)}, 0, cost, 0)
end
redis.call('ZREM', P .. 'due', id)
redis.call('HSET', hold, 'state', 'closed')
redis.call('PEXPIRE', hold, ARGV[3])
local answer = {state, #scopes, unpack(scopes)}
for _, number in ipairs(stand(scopes)) do answer[#answer + 1] = number end
return answer
"""
)

CORRECT: Final = (
    _BUDGETS
    + """
-- ARGV: id, by how much what was spent changes, by how much the overrun, ms for which the id is remembered, scopes...
-- Done once for each id. Answers {how many of these budgets are open}.
local hold, open = P .. 'hold:' .. ARGV[1], 0
local first = redis.call('HSETNX', hold, 'state', 'closed') == 1
redis.call('PEXPIRE', hold, ARGV[4])
for index = 5, #ARGV do
    if redis.call('HEXISTS', P .. 'budget:' .. ARGV[index], 'limit') == 1 then
        open = open + 1
        if first then move(ARGV[index], tonumber(ARGV[2]), 0, tonumber(ARGV[3])) end
    end
end
return {open}
"""
)

MINT: Final = (
    _BUDGETS
    + _SWEEP
    + """
-- ARGV: scope, amount, when it is over and when it may be forgotten (Unix ms), parents...
-- Answers {1}, also where it was minted already, or a refusal.
local scope, amount, parents = ARGV[1], tonumber(ARGV[2]), {unpack(ARGV, 5)}
local budget = P .. 'budget:' .. scope
if redis.call('HEXISTS', budget, 'limit') == 1 then return {1} end
sweep(now_ms())
local refused = refusal(parents, amount, 1)
if refused then return refused end
redis.call('HSET', budget, 'limit', ARGV[2], 'spent', '0', 'held', '0', 'overrun', '0', 'closed', '0',
    'parents', table.concat(parents, '\\n'))
redis.call('PEXPIREAT', budget, ARGV[4])
redis.call('ZADD', P .. 'vouchers', ARGV[3], scope)
for _, parent in ipairs(parents) do move(parent, 0, amount, 0) end
return {1}
"""
)

ADOPT: Final = (
    _BUDGETS
    + """
-- ARGV: scope, amount, what is spent of it if nobody knows it here, when it is over and when it may be forgotten
-- (Unix ms), parents... Those that do not hold for it yet do so from now on, be it more than they have.
-- Answers {1}, or {-1, index} for a parent that nobody has opened; then nothing is done.
local scope, amount, spent, parents = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), {unpack(ARGV, 6)}
local budget = P .. 'budget:' .. scope
for index, parent in ipairs(parents) do if not read(parent) then return {-1, index} end end
local known = read(scope)
if not known then
    local over = math.max(0, spent - amount)
    redis.call('HSET', budget, 'limit', ARGV[2], 'spent', ARGV[3], 'held', '0', 'overrun', text(over), 'closed', '0',
        'parents', '')
    redis.call('PEXPIREAT', budget, ARGV[5])
    redis.call('ZADD', P .. 'vouchers', ARGV[4], scope)
    known = read(scope)
end
local joined, has = lines(known[5]), {}
for _, parent in ipairs(joined) do has[parent] = true end
for _, parent in ipairs(parents) do
    if not has[parent] then
        move(parent, 0, math.max(0, known[1] - known[2]), 0)
        joined[#joined + 1] = parent
    end
end
redis.call('HSET', budget, 'parents', table.concat(joined, '\\n'))
return {1}
"""
)

SHUT: Final = (
    _BUDGETS
    + _SWEEP
    + """
-- ARGV: scope, and what the scopes of all that is cut from it begin with. Answers {1}.
local found = {ARGV[1]}
for _, scope in ipairs(redis.call('ZRANGE', P .. 'vouchers', 0, -1)) do
    if string.sub(scope, 1, #ARGV[2]) == ARGV[2] then found[#found + 1] = scope end
end
shut_all(found)
return {1}
"""
)
