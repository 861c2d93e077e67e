-- SPDX-License-Identifier: EUPL-1.2
return {
  handle = function(call)
    call:html("<h1>{{t.hello}}</h1><p>{{t.opened}}</p>", { name = call.place.asset_name })
  end,
}
