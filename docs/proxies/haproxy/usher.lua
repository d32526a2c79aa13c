-- Asks the gate about a request: `http-request lua.usher`. For HAProxy 2.5 or later. It lets a request pass by
-- setting txn.usher_admitted to "yes". Every other answer of the gate goes to the client.

local gate = "http://127.0.0.1:8080/.usher/auth/haproxy"
local milliseconds = 10000

-- What the API is told. The gate sends all of them, empty where the user has none.
local identity = {
  "x-usher-user", "x-usher-session", "x-usher-organization", "x-usher-client", "x-usher-claims",
}

-- What HAProxy says to a browser on behalf of the gate, with the API's response.
local cors = {
  ["access-control-allow-origin"] = "txn.usher_origin",
  ["access-control-expose-headers"] = "txn.usher_exposed",
  ["vary"] = "txn.usher_vary",
}

-- Of a connection or a body, which are HAProxy's own on both sides.
local not_copied = {
  ["connection"] = true, ["content-length"] = true, ["expect"] = true, ["keep-alive"] = true, ["te"] = true,
  ["trailer"] = true, ["transfer-encoding"] = true, ["upgrade"] = true,
}

-- HAProxy's lists of values begin at 0 or at 1.
local function first(headers, name)
  local values = headers[name]
  return values and (values[0] or values[1])
end

-- The client's headers, and the request in two fields that replace the client's own.
local function question(txn)
  local headers = {}
  for name, values in pairs(txn.http:req_get_headers()) do
    if not not_copied[name] then
      headers[name] = {}
      for _, value in pairs(values) do
        table.insert(headers[name], value)
      end
    end
  end
  headers["x-original-method"] = { txn.f:method() }
  headers["x-original-uri"] = { txn.f:pathq() }
  return headers
end

local function reply(txn, status, headers, body)
  local response = txn:reply({ status = status, body = body })
  for name, values in pairs(headers) do
    if not not_copied[name] then
      for _, value in pairs(values) do
        response:add_header(name, value)
      end
    end
  end
  txn:done(response)
end

local function unavailable(txn)
  local headers = {
    ["content-type"] = { "application/problem+json" },
    ["cache-control"] = { "no-store" },
    ["retry-after"] = { "5" },
  }
  reply(txn, 503, headers, '{"type":"urn:usher-auth:error:service_unavailable","title":"Service unavailable",'
    .. '"status":503,"code":"service_unavailable","detail":"The service cannot answer at the moment."}')
end

-- Whether the gate has said this. If it does not answer, HAProxy's client makes up a 503 or a 504.
local function is_of_gate(answer)
  if not answer or not answer.headers then
    return false
  end
  local kind = first(answer.headers, "content-type")
  return answer.status == 200 or answer.status == 204 or kind == "application/problem+json"
end

local function admit(txn, headers)
  for _, name in ipairs(identity) do
    local value = first(headers, name)
    txn.http:req_del_header(name)
    if value and value ~= "" then
      txn.http:req_set_header(name, value)
    end
  end
  for name, variable in pairs(cors) do
    local value = first(headers, name)
    if value then
      txn:set_var(variable, value)
    end
  end
  -- WebSocket, and nothing else: in a connection that has changed to h2c, HAProxy would see no requests.
  local upgrade = first(txn.http:req_get_headers(), "upgrade")
  if upgrade and upgrade:lower() ~= "websocket" then
    txn.http:req_del_header("upgrade")
  end
  txn:set_var("txn.usher_admitted", "yes")
end

local function usher(txn)
  local answer = core.httpclient():get({ url = gate, headers = question(txn), timeout = milliseconds })
  if not is_of_gate(answer) then
    unavailable(txn)
  elseif answer.status == 204 then
    admit(txn, answer.headers)
  else
    reply(txn, answer.status, answer.headers, answer.body or "")
  end
end

core.register_action("usher", { "http-req" }, usher, 0)
