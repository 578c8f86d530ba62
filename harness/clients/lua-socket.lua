-- Sends one message with socket.smtp and says what became of it, as JSON and exit status. The facts
-- are in the environment (recipe.5), the recipients are the arguments.
local ltn12 = require("ltn12")
local mime = require("mime")
local smtp = require("socket.smtp")

local function fact(name)
    local value = os.getenv("SMTPDRILL_" .. name)
    return value ~= "" and value or nil
end

local function quoted(text)
    return '"' .. text:gsub('[%c"\\\127-\255]', function(c)
        return string.format("\\u%04x", c:byte())
    end) .. '"'
end

local function finish(status, ...)
    print("{" .. table.concat({...}, ",") .. "}")
    os.exit(status, true)
end

if fact("TIMEOUT") then
    smtp.TIMEOUT = tonumber(fact("TIMEOUT"))
end
local rcpt = {}
for i = 1, #arg do
    rcpt[i] = "<" .. arg[i] .. ">"
end
local request = {
    server = fact("HOST"),
    port = tonumber(fact("PORT")),
    domain = fact("DOMAIN") or "client.example",
    from = "<" .. (fact("FROM") or "") .. ">",
    rcpt = rcpt,
    -- It ends the last line itself.
    source = ltn12.source.chain(ltn12.source.file(io.open(fact("MESSAGE_OPEN"), "rb")), mime.normalize()),
}
if fact("USER") then
    request.user = fact("USER")
    request.password = io.lines(fact("PASSWORD_FILE"))()
end
local sent, why = smtp.send(request)
if sent then
    finish(0, '"outcome":"sent"')
end
-- An error is the reply, or words of its own.
local text = tostring(why)
local code = text:match("^(%d%d%d)")
local outcome = code and ({["4"] = "temporary", ["5"] = "permanent"})[code:sub(1, 1)]
if not outcome then
    finish(1, '"text":' .. quoted(text))
end
finish(outcome == "temporary" and 75 or 69, '"outcome":"' .. outcome .. '"', '"code":' .. code,
    '"text":' .. quoted(text))
