(function () {
  'use strict';
  // ES5: old WebViews run it too. Without it the page does all but keep answers
  // on the phone and send them again by itself.
  var key = 'jindu' + location.pathname, days3 = 2592e5;
  var form = document.getElementById('survey');
  function store(v) {
    try {
      if (v) localStorage.setItem(key, JSON.stringify(v)); else localStorage.removeItem(key);
    } catch (e) {}
  }
  function stored() {
    try {
      var v = JSON.parse(localStorage.getItem(key));
      if (v && new Date().getTime() - v.t < days3) return v;
    } catch (e) {}
    store(null);
    return null;
  }
  if (!form) {
    if (document.querySelector('[data-clear]')) store(null);
    return;
  }
  // A question may be called "submit" or "reset", and would hide the method.
  var proto = HTMLFormElement.prototype;
  window.addEventListener('pageshow', function (e) {
    if (e.persisted) { proto.reset.call(form); location.reload(); }
  });
  var done = form.getAttribute('data-done'), keep = form.hasAttribute('data-keep') && done;
  if (!done || form.querySelector('[name=_pin]')) return;
  var token = form.querySelector('[name=_page]'), net = document.getElementById('net');
  var buttons = form.querySelectorAll('button'), waits = [2, 4, 8, 15, 30, 60, 60, 60];
  var tries = 0, timer = null, busy = false, sent = false;

  function controls(within) { return within.querySelectorAll('input,select,textarea'); }
  function given(el) { return /radio|checkbox/.test(el.type) ? el.checked : el.value !== ''; }
  function values() {
    var all = [], els = controls(form);
    for (var i = 0; i < els.length; i++) if (given(els[i])) all.push([els[i].name, els[i].value]);
    return all;
  }
  function save() { // p: under way, so that it is sent again under the same id
    if (keep) store({ t: new Date().getTime(), p: sent, v: values() });
  }
  function restore(saved) {
    var els = controls(form);
    for (var i = 0; i < saved.v.length; i++) {
      for (var j = 0; j < els.length; j++) {
        var el = els[j];
        if (el.name !== saved.v[i][0] || el === token) continue;
        if (!/radio|checkbox/.test(el.type)) el.value = saved.v[i][1];
        else if (el.value === saved.v[i][1]) el.checked = true;
      }
      if (saved.p && saved.v[i][0] === '_page') token.value = saved.v[i][1];
    }
  }
  function say(text) { net.textContent = text; net.hidden = !text; }
  function label(text, off) {
    for (var i = 0; i < buttons.length; i++) { buttons[i].textContent = text; buttons[i].disabled = off; }
  }
  function complete() {
    var sets = form.querySelectorAll('[data-required]'), first = null;
    for (var i = 0; i < sets.length; i++) {
      var els = controls(sets[i]), ok = false;
      for (var j = 0; j < els.length; j++) ok = ok || given(els[j]);
      var err = sets[i].querySelector('.err');
      err.hidden = ok;
      if (!ok) { err.textContent = '这道题还没有回答'; first = first || sets[i]; }
    }
    if (first) first.scrollIntoView();
    return !first;
  }
  function again(least) {
    busy = false;
    label('再试一次', false);
    if (tries >= waits.length) {
      say('还没有提交成功。' + (keep ? '您的回答已存在这部手机上，' : '') + '请到信号好的地方再点“再试一次”，不会重复计算。');
      return;
    }
    say('网络不好，还没有提交成功。' + (keep ? '您的回答已存在这部手机上，' : '') + '正在自动重试，请不要关掉页面。');
    timer = setTimeout(send, 1000 * (Math.max(waits[tries++], least) + Math.random()));
  }
  function send() {
    if (busy) return;
    busy = sent = true;
    clearTimeout(timer);
    timer = null;
    save();
    label('正在提交…', true);
    var all = values(), body = [];
    for (var i = 0; i < all.length; i++) body.push(encodeURIComponent(all[i][0]) + '=' + encodeURIComponent(all[i][1]));
    var x = new XMLHttpRequest();
    x.open('POST', form.getAttribute('action'));
    x.timeout = 20000;
    x.setRequestHeader('Content-Type', 'application/x-www-form-urlencoded');
    x.setRequestHeader('Accept', 'application/json');
    x.onload = function () {
      if (x.status === 200) {
        store(null);
        proto.reset.call(form);
        location.replace(location.pathname + (/"duplicate"/.test(x.responseText) ? '' : '?' + done));
      } else if (x.status === 429 || x.status >= 500) {
        again(Number(x.getResponseHeader('Retry-After')) || 0);
      } else { // the server's page says what to mend
        sent = false;
        save();
        proto.submit.call(form);
      }
    };
    x.onerror = x.ontimeout = function () { again(0); };
    x.send(body.join('&'));
  }

  form.addEventListener('submit', function (e) {
    e.preventDefault();
    if (!complete()) return;
    tries = 0;
    send();
  });
  form.addEventListener('change', save);
  window.addEventListener('online', function () { if (timer) send(); });
  var saved = keep && !form.hasAttribute('data-filled') && stored();
  if (saved) {
    restore(saved);
    if (saved.p) send();
  }
}());
