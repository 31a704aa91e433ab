-- One client that clones a guest, asks for the task, deletes the clone, asks for the task, and so on.
-- Prints "cycles N" at the end; anything unexpected is printed and counts as no cycle.
local threads = {}
local step, upid = "clone", nil
cycles, trouble = 0, ""

function setup(thread) table.insert(threads, thread) end

function init(args)
  newid = args[2]
  prefix = "/api2/json/nodes/hv01"
  headers = { ["Authorization"] = args[1], ["Content-Type"] = "application/x-www-form-urlencoded" }
end

function request()
  if step == "clone" then
    return wrk.format("POST", prefix .. "/qemu/100/clone", headers, "newid=" .. newid .. "&full=1&name=copy")
  elseif step == "delete" then
    return wrk.format("DELETE", prefix .. "/qemu/" .. newid, { ["Authorization"] = headers["Authorization"] })
  end
  return wrk.format("GET", prefix .. "/tasks/" .. upid .. "/status", { ["Authorization"] = headers["Authorization"] })
end

function response(status, _, body)
  if status ~= 200 then
    trouble = step .. ": " .. status .. " " .. body
    return
  end
  if step == "clone" or step == "delete" then
    upid = body:match("UPID:[^\"]+")
    step = step == "clone" and "cloning" or "deleting"
  elseif body:match("\"stopped\"") then
    if step == "deleting" then cycles = cycles + 1 end
    step = step == "cloning" and "delete" or "clone"
  end
end

function done(summary)
  for _, thread in ipairs(threads) do
    if thread:get("trouble") ~= "" then print("trouble " .. thread:get("trouble")) end
    print("cycles " .. thread:get("cycles") .. " in " .. summary.duration / 1e6)
  end
end
