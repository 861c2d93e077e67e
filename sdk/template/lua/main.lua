return {
  -- Somebody opens the tool in a task: the form's values, checked against `params` of the manifest, become its first
  -- document.
  create = function(call)
    call.documents:put("tool", { question = call.params.question, agreed = 0 })
  end,

  handle = function(call)
    local tool, version = call.documents:get("tool")
    if call.method == "POST" then
      -- If two people press the button at the same moment, the second call is run again with what the first one wrote.
      tool.agreed = tool.agreed + 1
      call.documents:put("tool", tool, version)
      call:log("agreed")
      return call:redirect("/")
    end
    return call:html([[
      <h1>{{question}}</h1>
      <p>{{t.agreed}}</p>
      <form method="post" action="{{link}}/"><button>{{t.agree}}</button></form>
    ]], tool)
  end,
}
