-- Calls a tool over and over, as a client of protocol 2026-07-28 does.
-- Arguments: the tool, the question (one | prose | page), "seen" or "new", and the number of the first question.

local counter = 0
local threads = {}
local rows = 500000

function setup(thread)
    thread:set("id", #threads)
    table.insert(threads, thread)
end

function init(args)
    tool, question, novelty, first = args[1], args[2], args[3], tonumber(args[4])
    counter = first + id * 10000000
    refused = 0
end

local plain = "id, name, email, city, amount, created_at"
local all = "id, name, email, phone, city, company, territory, note, amount, status, active, created_at"

local function statement()
    counter = counter + 1
    local new = novelty == "new"
    if question == "page" then
        local from = new and counter % 499 * 1000 or (counter % 8 + 1) * 1000
        return "SELECT " .. all .. " FROM public.customers WHERE id > " .. from .. " ORDER BY id LIMIT 1000"
    end
    local columns = question == "prose" and all or plain
    local key = new and counter % rows + 1 or counter % 8 + 1
    return "SELECT " .. columns .. " FROM public.customers WHERE id = " .. key
end

function request()
    local body = '{"jsonrpc":"2.0","id":' .. counter .. ',"method":"tools/call","params":{"name":"' .. tool
        .. '","arguments":{"sql":"' .. statement() .. '"},"_meta":{'
        .. '"io.modelcontextprotocol/protocolVersion":"2026-07-28",'
        .. '"io.modelcontextprotocol/clientInfo":{"name":"wrk","version":"4"},'
        .. '"io.modelcontextprotocol/clientCapabilities":{}}}}'
    return wrk.format("POST", "/mcp", {
        ["Content-Type"] = "application/json",
        ["Accept"] = "application/json, text/event-stream",
        ["MCP-Protocol-Version"] = "2026-07-28",
        ["Mcp-Method"] = "tools/call",
        ["Mcp-Name"] = tool,
    }, body)
end

function response(status, headers, body)
    if status ~= 200 or not string.find(body, '"structuredContent":{', 1, true) then
        refused = refused + 1
    end
end

function done(summary, latency, requests)
    local bad = 0
    for _, thread in ipairs(threads) do
        bad = bad + thread:get("refused")
    end
    local errors = summary.errors
    io.write(string.format(
        '\n{"calls":%d,"seconds":%.6f,"p50":%.3f,"p99":%.3f,"refused":%d,"broken":%d}\n',
        summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
        bad, errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
