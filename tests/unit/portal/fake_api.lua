-- SPDX-License-Identifier: EUPL-1.2
-- fake_api: answers in the shapes of the HTTP API, for tests of the pages and for looking at them.

local native = require "engine.native"

local day = 86400000
local now = native.now()
local function iso(ms) return os.date("!%Y-%m-%dT%H:%M:%S.000Z", ms//1000) end
local function d(n) return os.date("!%Y-%m-%dT00:00:00.000Z", (now + n*day)//1000) end
local tools = {
 {id="poll",kind="plugin",name="Poll",summary="Ask one question and see the votes come in.",language="en",languages={"en","es","it","lv","nl","fr","de"},problem_profiles={"P1"},tags={"poll","vote"},licence="EUPL-1.2",difficulty="very easy",plugin="poll",installed=true},
 {id="survey",kind="plugin",name="Survey",summary="Many questions, charts and a table at the end.",language="en",languages={"en","es","it"},problem_profiles={"P1"},tags={},licence="EUPL-1.2",difficulty="easy",plugin="survey",installed=true},
 {id="Stakeholders-Mapping-Canvas",kind="template",name="Stakeholders mapping canvas",summary="A prepared document to find everyone concerned, to see what moves them and to agree on how to reach them in the project.",language="en",languages={"en","es"},licence="CC BY 4.0",difficulty="easy"},
 {id="loomio",kind="plugin",name="Loomio",summary="Threads, proposals and decisions with a record",language="en",languages={"en"},licence="AGPL-3.0",installed=false},
 {id="eidas",kind="link",name="Estándar eIDAS",summary="Guidance of the European Union on electronic identification, authentication and trust services.",language="es",languages={"es"},licence="public"},
 {id="wcag",kind="link",name="Accessibility checklist",summary="Guidance of the W3C",language="en",languages={"en"},licence=""},
}
local function task(id,name,status,o) o=o or {}; return {id=id,kind="task",name=name,description=o.d or "",status=status,progress=0,start=o.s,["end"]=o.e,prerequisites=o.p or {},problem_profiles={},children={},assets=o.a or 0,version=1} end
local nodes = {
 {id="n1",kind="phase",name="Bring people together",status="finished",prerequisites={},children={{id="o1",kind="objective",name="Find your team",prerequisites={},children={task("t1","Write down why","finished"),task("t2","Ask two neighbours","finished")}}}},
 {id="n2",kind="phase",name="Understand the need",status="in_progress",prerequisites={},children={
   {id="o2",kind="objective",name="Know who is concerned",prerequisites={},children={task("t3","List everyone the park touches","finished",{a=2}),task("t4","Say who must be heard","in_progress",{e=d(2),a=1}),task("t5","Invite those who never come","awaiting",{p={"t4"}})}},
   {id="o3",kind="objective",name="Hear them",prerequisites={},children={task("t6","Ask what would bring you to the park","awaiting"),task("t7","Walk through the park at night","awaiting",{e=d(-3)})}}}},
 {id="n3",kind="phase",name="Design and try",status="awaiting",prerequisites={},children={{id="o4",kind="objective",name="First drafts",prerequisites={},children={task("t8","Draw three versions","awaiting")}}}},
 {id="n4",kind="phase",name="Run and improve",status="awaiting",prerequisites={},children={{id="o5",kind="objective",name="Open it",prerequisites={},children={task("t9","Open the park","awaiting")}}}},
}
local project = {id="p1",name="A park for all",description="The old railway yard becomes a park. **Everybody** who lives around it has a say.",language="en",status="in_progress",progress=38,["end"]=d(60),role="administrator",counts={tasks=42,finished=16},version=3,
 members={{person="u1",name="Anna Ozola",role="administrator",kind="official"},{person="u2",name="Bruno Neri",role="contributor",kind="citizen"},{person="u3",name="Chiara Vega",role="contributor",kind="company"},{person="u4",name="Dirk de Vries",role="viewer",kind="nonprofit"},{person="u5",name="Eva Lind",role="viewer",kind="citizen"},{email="frank@example.org",role="contributor",invited=true}}}
local usage = {
 {id="e1",at=iso(now-600000),name="Chiara Vega",role="company",action="voted",asset="a1",process="p1",node="t4",data={}},
 {id="e2",at=iso(now-5*3600000),name="Bruno Neri",role="citizen",action="node.finished",process="p1",node="t3",data={}},
 {id="e3",at=iso(now-day),role="citizen",action="answered",asset="a1",process="p1",node="t3",data={}},
 {id="e4",at=iso(now-4*day),name="Anna Ozola",role="official",action="asset.created",asset="a1",process="p1",node="t3",data={}},
 {id="e5",at=iso(now-40*day),name="Anna Ozola",role="official",action="process.created",process="p1",data={}},
}
local item = {id="a1",name="Which day should the park open?",interlinker="poll",interlinker_name="Poll",kind="plugin",plugin="poll",process="p1",node="t4",node_name="Say who must be heard",creator={id="u3",name="Chiara Vega"},created_at=iso(now-day),updated_at=iso(now-600000),version=1,capabilities={"view","edit","clone"},state="ready"}
local params = native.json_decode([[{"type":"object","required":["question","options"],"properties":{"question":{"type":"string","maxLength":200,"title":"Question"},"options":{"type":"array","items":{"type":"string"},"title":"Answers to choose from","description":"2 to 12, one on each line"},"closes":{"type":"string","format":"date","title":"Last day to vote","description":"Leave it empty to close the poll yourself."},"who":{"type":"string","enum":["all","members"],"x-titles":["Everybody","Members only"],"title":"Who may vote","default":"all"},"secret":{"type":"boolean","title":"Hide names","description":"Nobody sees who chose what."},"seats":{"type":"integer","title":"Seats","minimum":1}}}]])
local guides = {{id="default",name="Co-production of a public service",description="From a first idea to a service that runs: who must be there, what they need, how to build it and how to keep it alive.",counts={phases=4,objectives=14,tasks=42},languages={"en"}},{id="hackathon",name="Hackathon",description="Two days in which citizens and companies build first versions of a service.",counts={phases=4,objectives=13,tasks=39},languages={"en"}}}
local problem
local function tool(id) for _,t in ipairs(tools) do if t.id==id then return t end end end
local function copy(v) return native.json_decode(native.json_encode(v)) end
local api = {
 ["interlinkers.list"]=function(id,q) local out={} for _,t in ipairs(tools) do if not (q or {}).kind or q.kind==t.kind then out[#out+1]=copy(t) end end return {items=out} end,
 ["interlinkers.get"]=function(id) local t=tool(id); if not t then return nil,{status=404,code="interlinker.not_found",detail="x"} end t=copy(t); t.description="<p>"..t.summary.."</p>\n\n# Why\n\nBecause *good* decisions need [many](https://example.org) eyes.\n\n- one\n- two"; t.instructions="1. Add it\n2. Share it"; t.constraints="none"; t.author={name="the City of Zaragoza"}; t.permissions={"person.name"}; if t.kind=="plugin" then t.params=copy(params) end if t.kind=="template" then t.files={{language="en",name="canvas.docx",size=48213,url="/files/x"},{language="es",name="lienzo.docx",size=1248213,url="/files/y"}} end if t.kind=="link" then t.uri="https://example.org" end return t end,
 ["problem_profiles.list"]=function() return {items={{id="P1",name="Find out what people think"},{id="P2",name="Find everyone concerned"}}} end,
 ["guides.list"]=function() return {items=copy(guides)} end,
 ["guides.get"]=function(id) local g=copy(guides[1]); g.nodes=copy(nodes); g.nodes[1].description="Which people should be *involved*?"; return g end,
 ["processes.list"]=function() local p2=copy(project); p2.id="p2"; p2.name="Un café de deberes"; p2.language="es"; p2.progress=100; p2.status="finished"; p2.description="Doce padres y una bibliotecaria."; p2.role="viewer"; return {items={copy(project),p2}} end,
 ["processes.get"]=function() return copy(project) end,
 ["processes.tree"]=function() return {nodes=copy(nodes)} end,
 ["usage.list"]=function() return {items=copy(usage)} end,
 ["assets.get"]=function() return copy(item) end,
 ["assets.list"]=function() return {items={copy(item)}} end,
 ["views.create"]=function() return {url="/view/ticket/",capability="view"} end,
 ["nodes.get"]=function(id) local t=copy(nodes[2].children[1].children[2]); t.description="Look at your list of people and groups. Mark those without whom the park would fail, and those who are never asked. Agree on at most ten.\n\n**You are done when** everyone in the team agrees with the list."; t.process={id="p1",name="A park for all"}; t.path={{id="n2",kind="phase",name="Understand the need"},{id="o2",kind="objective",name="Know"},{id="t4",kind="task",name=t.name}}; t.needs={{id="P2",name="Find everyone concerned"}}; t.after={{id="t3",name="List everyone the park touches",status="finished"}}; return t end,
 ["nodes.recommendations"]=function() return {items={{interlinker=copy(tools[3]),reasons={{text="It helps to find everyone concerned."}}},{interlinker=copy(tools[1]),reasons={{text="It helps to decide together."},{text="It was used in 14 similar tasks that got finished."}}},{interlinker=copy(tools[2]),reasons={{text="Its text is about hearing people."}}}}} end,
 ["notifications.list"]=function() return {unread=2,items={{id="m1",text="Chiara Vega opened “Which day should the park open?” in “Say who must be heard”.",url="/items/a1",created_at=iso(now-600000),read=false},{id="m2",text="Bruno finished “List everyone the park touches”.",url="/tasks/t3",created_at=iso(now-2*day),read=false},{id="m3",text="Anna added you to “A park for all”.",url="/projects/p1",created_at=iso(now-20*day),read=true}}} end,
 ["plugins.list"]=function() return {items={{id="poll",name="Poll",version="1.0.0",enabled=true,state="ready",bundled=true,permissions={"notify","publish"},calls=1421,crashes=0,late=0},{id="survey",name="Survey",version="1.0.0",enabled=false,state="off",bundled=true,permissions={},calls=0},{id="chess",name="Chess",version="0.2.0",enabled=true,state="quarantined",trouble="It crashed 5 times within a minute: signal 11.",permissions={"person.name","notify","files"},calls=9,crashes=5,late=1}}} end,
 ["members.add"]=function(id,q,b) if b.email=="" then return nil,{status=422,code="input.invalid",detail="x",errors={{pointer="/email",code="required",detail="Required."}}} end return {status="invited",email=b.email,role=b.role,invitation={url="http://127.0.0.1:8080/invitation?token=abcdefghijklmnop",expires_at=d(7)}} end,
 ["assets.create"]=function() return nil,{status=422,code="input.invalid",detail="bad",errors={{pointer="/params/options",code="too_few",detail="too few"},{pointer="/params/question",code="required",detail="req"}}} end,
 ["invitations.get"]=function() return {kind="member",email="frank@example.org",process_name="A park for all"} end,
 ["sessions.create"]=function() return nil,{status=401,code="session.refused",detail="no"} end,
}

-- What a test wants to be different, by operation id.
local fake = {instead = {}, asked = {}}

function fake.call(operation, id, query, body, language)
    fake.asked[#fake.asked + 1] = {operation = operation, id = id, query = query, body = body, language = language}
    local answer = fake.instead[operation] or api[operation]
    if not answer then error("the fake has no " .. operation) end
    return answer(id, query, body)
end

fake.person = {
    id = "u1", name = "Anna Ozola", email = "anna@example.org", kind = "official", language = "en", admin = true,
}

return fake
