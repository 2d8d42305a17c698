(function () {
  "use strict";
  var live = document.getElementById("live");
  if (!live || !window.EventSource) return;
  var none = "–", least = 10;
  var state = document.getElementById("state");
  var rows = {};
  var list = live.querySelectorAll("[data-key]");
  for (var i = 0; i < list.length; i++) rows[list[i].getAttribute("data-key")] = list[i];

  function tenths(share) { return Math.floor(share * 1000 + 0.5) / 10; }
  function percent(share) { return tenths(share).toFixed(1) + "%"; }
  // set says whether the text is another.
  function set(el, text) {
    text = String(text);
    if (!el || el.textContent === text) return false;
    el.textContent = text;
    return true;
  }
  function flag(p) {
    if (!p.responses) return "";
    if (p.suppressed) return p.responses < least ? "不足 " + least + " 份，不显示明细" : "为免推算出个人，不显示明细";
    return p.small_sample ? "样本少，仅供参考" : "";
  }
  function sum(counts) {
    var n = 0;
    for (var k in counts) n += counts[k];
    return n;
  }
  function indicator(el, r) {
    var shown = r && r.rate !== null, detail = "";
    if (shown) {
      detail = percent(r.low) + "～" + percent(r.high) + "，n=" + r.n;
      if (r.mean_right !== undefined) detail += "\n平均答对 " + percent(r.mean_right);
    }
    set(el.querySelector("[data-f=rate]"), shown ? percent(r.rate) : none);
    set(el.querySelector("[data-f=detail]"), detail);
    var svg = el.querySelector("svg");
    if (!svg) return;
    svg.setAttribute("class", shown ? "" : "off");
    if (!shown) return;
    svg.querySelector(".bar").setAttribute("width", tenths(r.rate));
    svg.querySelector(".span").setAttribute("x", tenths(r.low));
    svg.querySelector(".span").setAttribute("width", tenths(r.high - r.low));
  }
  function fill(el, p) {
    var shown = p.responses > 0 && !p.suppressed, target = "";
    if (p.target) target = "目标 " + p.target + "，" + percent(p.responses / p.target);
    var moved = set(el.querySelector("[data-f=responses]"), p.responses);
    set(el.querySelector("[data-f=target]"), target);
    set(el.querySelector("[data-f=flag]"), flag(p));
    set(el.querySelector("[data-f=dontknow]"), shown ? sum(p.dont_know) : none);
    set(el.querySelector("[data-f=fast]"), shown ? (p.marks && p.marks.fast) || 0 : none);
    var cells = el.querySelectorAll("[data-t]"), i;
    for (i = 0; i < cells.length; i++) set(cells[i], shown ? p.tiers[cells[i].getAttribute("data-t")] || 0 : none);
    cells = el.querySelectorAll("[data-i]");
    for (i = 0; i < cells.length; i++) indicator(cells[i], p.indicators[cells[i].getAttribute("data-i")]);
    if (el.tagName === "TR") {
      el.classList.toggle("empty", !p.responses);
      el.classList.toggle("bare", !shown);
    }
    if (!moved) return;
    el.classList.remove("moved");
    void el.offsetWidth; // so that the highlight begins again
    el.classList.add("moved");
  }
  function tally(report) {
    var places = report.places, i, el;
    for (i = 0; i < places.length; i++) {
      el = rows[places[i].code + "|" + (places[i].point || "")];
      if (!el) return location.reload(); // a place that was not there before
      fill(el, places[i]);
    }
    fill(rows.total, report.total);
    var counts = live.querySelectorAll("[data-q]");
    for (i = 0; i < counts.length; i++) {
      var key = counts[i].getAttribute("data-q").split("/");
      var of = report.total.questions[key[0]] || {};
      set(counts[i], report.total.suppressed ? none : of[key[1]] || 0);
    }
    var at = document.querySelectorAll(".at");
    for (i = 0; i < at.length; i++) set(at[i], report.generated_at.slice(11, 19));
  }
  function status(s) {
    document.getElementById("trouble").hidden = !s.trouble;
    set(document.getElementById("version"), s.version);
    var box = document.getElementById("problems"), ul = box.querySelector("ul");
    if (ul.getAttribute("data-was") === JSON.stringify(s.problems)) return;
    ul.setAttribute("data-was", JSON.stringify(s.problems));
    ul.textContent = "";
    s.problems.forEach(function (text) {
      ul.appendChild(document.createElement("li")).textContent = text;
    });
    box.hidden = !s.problems.length;
  }

  state.innerHTML = '　<span class="dot"></span><span class="word"></span>　<span class="at"></span> 的数字';
  state.setAttribute("role", "status");
  set(state.querySelector(".at"), document.querySelector("#trouble .at").textContent);
  function say(kind, word) {
    state.className = kind;
    set(state.querySelector(".word"), word);
  }

  var source, heard;
  function connect() {
    if (source) source.close();
    source = new EventSource(live.getAttribute("data-stream"));
    heard = Date.now();
    source.addEventListener("tally", function (e) { alive(); tally(JSON.parse(e.data)); });
    source.addEventListener("status", function (e) { alive(); status(JSON.parse(e.data)); });
    source.onerror = function () {
      say("cut", "连接中断，正在重连");
      // A refused stream is not tried again by the browser; ask why.
      if (source.readyState === 2) setTimeout(again, 1000 + 2000 * Math.random());
    };
  }
  function alive() {
    heard = Date.now();
    say("on", "实时更新");
  }
  function again() {
    fetch(live.getAttribute("data-stream").replace("/live?", "/tally?"), { credentials: "same-origin" }).then(function (r) {
      if (r.status === 401 || r.status === 403 || r.status === 404) location.reload(); // the page says why
      else connect();
    }, function () { setTimeout(again, 3000); });
  }
  say("wait", "正在连接");
  connect();
  // The server is never silent for so long: a dead network tells nothing else.
  setInterval(function () {
    if (Date.now() - heard < 40000) return;
    say("cut", "连接中断，正在重连");
    connect();
  }, 5000);
})();
