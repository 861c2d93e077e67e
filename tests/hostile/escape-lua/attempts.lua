-- SPDX-License-Identifier: EUPL-1.2
-- What a hostile script may try: {name, function}. The function gives something true if it got what it wanted. That it fails
-- with an error, or that the worker dies of it, counts as contained.

local list = {}
local function try(name, attempt) list[#list + 1] = {name, attempt} end

-- What a name stands for, without the error for one that stands for nothing.
local function global(name) return rawget(_G, name) end
local function has(name) return function() return global(name) ~= nil end end

-- ---- libraries that reach out
for _, name in ipairs {"io", "os", "package", "debug", "ffi", "jit", "bit32", "posix", "socket", "lfs"} do
    try("library_" .. name, has(name))
    try("require_" .. name, function() return require(name) end)
end
for _, name in ipairs {"load", "loadstring", "loadfile", "dofile", "collectgarbage", "newproxy", "getfenv", "setfenv", "module", "warn",
    "gcinfo"} do
    try("function_" .. name, has(name))
end

-- ---- more code than was reviewed
local BYTECODE = "\27Lua\x54\0\x19\x93\r\n\x1a\n\4\8\8\x78\x56\0\0\0\0\0\0\0\0\0\0\0\x28\x77\x40"
try("require_up", function() return require "../main" end)
try("require_up_dots", function() return require "...main" end)
try("require_absolute", function() return require "/etc/passwd" end)
try("require_etc", function() return require "/etc/hostname" end)
try("require_shared_object", function() return require "/usr/lib/x86_64-linux-gnu/libc.so.6" end)
try("require_nul", function() return require "attempts\0../../etc/passwd" end)
try("require_bytecode", function() return require(BYTECODE) end)
try("require_manifest", function() return require "interlinker" end)
try("require_long", function() return require(string.rep("a/", 100000)) end)
try("require_number", function() return require(12) ~= nil end)
try("string_dump", function() return string.dump(function() end) end)
try("dump_by_metatable", function() return ("").dump(function() end) end)
try("template_code", function(call) return call:html("{{#load}}x{{/load}}{{% return 1 %}}", {}) end)

-- ---- the metatable of all strings
try("string_metatable", function() return getmetatable("") end)
try("string_metatable_set", function() setmetatable("", {__index = {}}) return true end)
try("string_index_replace", function()
    local index = getmetatable("").__index
    index.upper = function() return "evil" end
    return true
end)
try("string_library_lasts", function() -- what one call puts there another would see: rawset reaches the table, not its meaning
    local before = string.upper
    rawset(string, "upper", function() return "evil" end)
    local lasts = ("a"):upper() ~= "evil"
    rawset(string, "upper", before)
    return lasts
end)

-- ---- globals
try("global_new", function() evil = 1 return true end) -- luacheck: ignore
try("globals_metatable", function() return getmetatable(_G) end)
try("globals_metatable_set", function() setmetatable(_G, nil) return true end)
try("globals_registry", function() return rawget(_G, "_LOADED") or rawget(_G, "registry") end)
try("env_upvalue", function() local _ENV = {} return evil ~= nil end) -- luacheck: ignore
try("loaded_modules", function() return require("package").loaded end)

-- ---- finalizers: code that runs when no limit watches
try("finalizer", function() setmetatable({}, {__gc = function() end}) return true end)
try("finalizer_late", function()
    local meta, ran = {}, false
    setmetatable({}, meta)
    meta.__gc = function() ran = true end
    for _ = 1, 1e5 do local _ = {} end
    return ran
end)
try("finalizer_inherited", function()
    local meta = setmetatable({}, {__index = {__gc = function() end}})
    local ran = false
    getmetatable(meta).__index.__gc = function() ran = true end
    setmetatable({}, meta)
    for _ = 1, 1e5 do local _ = {} end
    return ran
end)
try("finalizer_on_string_key", function() setmetatable({}, {["__" .. "gc"] = print}) return true end)
try("finalizer_rawset", function()
    local meta, ran = {}, false
    rawset(meta, "__gc", function() ran = true end)
    pcall(setmetatable, {}, meta)
    for _ = 1, 1e5 do local _ = {} end
    return ran
end)

-- ---- protected metatables
try("protected_metatable", function()
    local guarded = setmetatable({}, {__metatable = "no"})
    setmetatable(guarded, {})
    return true
end)
try("call_metatable", function(call) return type(getmetatable(call)) == "table" end)
try("call_metatable_set", function(call) setmetatable(call, {}) return true end)
try("call_rawset", function(call) rawset(call, "person", {id = "evil"}) return call.person.id == "evil" end)
try("call_write", function(call) call.person = {id = "evil"} return call.person.id == "evil" end)
try("call_asset", function(call) call.place = {asset = "other"} return call.place.asset == "other" end)
try("call_method_of_another", function(call) return call.html({}, "<p>evil</p>", {}) end)
try("call_method_of_nothing", function(call) call.json(nil, {}) return true end)
try("call_method_of_file", function(call) return call.log(print, "evil") end)
try("call_kept", function(call)
    local kept = rawget(list, "kept")
    list.kept = call
    return kept and kept ~= call and pcall(kept.json, kept, {evil = true})
end)

-- ---- what is not permitted
try("effect_notify", function(call) call:notify("process", "title", {}) return true end)
try("effect_publish", function(call) call:publish("evil", {}) return true end)
try("effect_schedule", function(call) call:schedule(call.now + 1000, {}) return true end)
try("effect_complete", function(call) call:complete() return true end)
try("person_name", function(call) return call.person.name ~= "" end)
try("file_put", function(call) return call.files.put("evil.txt", "text/plain", "x") end)
try("file_get", function(call) return call.files.get("evil.txt") end)
try("document_of_another", function(call) return call.documents.get("../other/poll") end)
try("document_key_nul", function(call) return call.documents.put("a\0b", 1) end)
try("document_key_climbs", function(call) return call.documents.put("../../x y", 1) end)
try("redirect_outside", function(call) call:redirect("https://evil.example/") return true end)
try("redirect_scheme", function(call) call:redirect("javascript:alert(1)") return true end)
try("redirect_header", function(call) call:redirect("/x\r\nSet-Cookie: a=b") return true end)
try("problem_success", function(call) call:problem(200, "fine") return true end)
try("file_header", function(call) call:file("a\r\nSet-Cookie: b", "text/html", "x") return true end)
try("page_outside", function(call) call:page("../interlinker.json", {}) return true end)
try("page_absolute", function(call) call:page("/etc/passwd", {}) return true end)
try("html_script", function(call) call:html("<script>{{x}}</script>", {x = "alert(1)"}) return true end)
try("html_handler", function(call) call:html("<p onclick=\"{{x}}\">", {x = "alert(1)"}) return true end)
try("html_unquoted", function(call) call:html("<p class={{x}}>", {x = "a onclick=alert(1)"}) return true end)

-- ---- more than its share
try("huge_string", function() return #string.rep("x", 1 << 30) end)
try("huge_string_by_parts", function() return #string.rep("x", 1 << 20, string.rep("y", 1 << 20)) end)
try("huge_table", function() return #table.pack(table.unpack({}, 1, 1e7)) end)
try("huge_concat", function()
    local part = string.rep("x", 1 << 20)
    local parts = {}
    for i = 1, 300 do parts[i] = part end
    return #table.concat(parts)
end)
try("huge_move", function() return table.move({1}, 1, 1e9, 2) end)
try("huge_format", function() return #string.format("%99999999d", 1) end)
try("huge_pack", function() return #string.pack("!16" .. string.rep("s8", 1e6), "x") end)
try("deep_recursion", function()
    local function down(n) return 1 + down(n + 1) end
    return down(1)
end)
try("deep_pattern", function() return string.find(string.rep("a", 300000), string.rep("(", 40) .. ".*") end)
try("deep_tostring", function()
    local t = setmetatable({}, {})
    getmetatable(t).__tostring = function(self) return tostring(self) end
    return tostring(t)
end)
try("deep_index", function()
    local t = {}
    for _ = 1, 1e6 do t = setmetatable({}, {__index = t}) end
    return t.x == nil
end)
try("deep_json", function(call)
    local t = {}
    for _ = 1, 1e5 do t = {t} end
    call:json(t)
    return true
end)
try("circular_json", function(call)
    local t = {}
    t.t = t
    call:json(t)
    return true
end)
try("many_coroutines", function()
    local all = {}
    for i = 1, 1e6 do all[i] = coroutine.create(function() coroutine.yield() end) coroutine.resume(all[i]) end
    return #all
end)
try("coroutine_of_coroutine", function()
    local function nest(n) return coroutine.wrap(function() return nest(n + 1)() end) end
    return nest(1)()
end)

-- ---- what the library itself may get wrong
try("sort_invalid", function()
    local t = {}
    for i = 1, 100 do t[i] = i end
    table.sort(t, function() return true end)
    return false
end)
try("unpack_overflow", function() return select("#", table.unpack({}, 0, math.maxinteger)) end)
try("concat_overflow", function() return table.concat({}, "x", 1, math.maxinteger) end)
try("rep_overflow", function() return string.rep("x", math.maxinteger) end)
try("sub_extremes", function() return ("abc"):sub(math.mininteger, math.maxinteger) ~= "abc" end)
try("utf8_overflow", function() return utf8.char(0x7fffffff + 1) end)
try("error_object", function()
    local _, got = pcall(error, setmetatable({}, {__tostring = function() return global("io") end}))
    return tostring(got) == "evil"
end)
try("error_level", function()
    local ok, got = pcall(error, "x", 1000)
    return not ok and type(got) ~= "string"
end)
try("xpcall_handler", function()
    local seen
    xpcall(function() error("x") end, function() seen = global("debug") end)
    return seen
end)
try("close_variable", function()
    local seen
    do
        local held <close> = setmetatable({}, {__close = function() seen = global("os") end})
    end
    return seen
end)
try("random_seed", function() math.randomseed(1) return true end)
try("print_kept", function() return getmetatable(print) end)

return list
