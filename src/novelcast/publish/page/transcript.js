"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const get = (id) => document.getElementById(id);
  const audio = get("audio"), seek = get("seek"), play = get("play"), who = get("who"), follow = get("follow");
  const lines = [...document.querySelectorAll(".line")];
  const starts = data.times.map((time) => time[0]);
  let current = -1, following = true, sought = null;

  const clock = (seconds) => {
    const s = Math.floor(seconds), pad = (n) => String(n).padStart(2, "0");
    return s < 3600 ? `${Math.floor(s / 60)}:${pad(s % 60)}` : `${Math.floor(s / 3600)}:${pad(Math.floor(s / 60) % 60)}:${pad(s % 60)}`;
  };

  // The last line that has begun; -1 before the first.
  const lineAt = (seconds) => {
    let low = 0, high = starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (starts[middle] <= seconds + 0.01) low = middle + 1; else high = middle;
    }
    return low - 1;
  };

  const show = () => {
    const now = sought ?? audio.currentTime;
    if (document.activeElement !== seek || sought === null) seek.value = now;
    seek.setAttribute("aria-valuetext", clock(now));
    get("time").textContent = clock(now);
    const at = lineAt(now);
    if (at === current) return;
    if (lines[current]) lines[current].removeAttribute("aria-current");
    current = at;
    if (!lines[at]) return;
    lines[at].setAttribute("aria-current", "true");
    who.textContent = data.speakers[data.times[at][2]] ?? data.narrator;
    reachable(at);
    if (following && !audio.paused) lines[at].scrollIntoView({ block: "center" });
  };

  // One line at a time is in the tab order: the arrows go on from there.
  let entry = 0;
  const reachable = (at) => {
    if (lines[entry]) lines[entry].tabIndex = -1;
    entry = at;
    if (lines[entry]) lines[entry].tabIndex = 0;
  };

  const to = (seconds) => {
    const target = Math.max(0, Math.min(seconds, data.seconds));
    if (audio.readyState === 0) sought = target; // asked for before the file is there
    else { sought = null; audio.currentTime = target; }
    show();
  };
  const start = () => { const begun = audio.play(); if (begun) begun.catch(() => {}); };
  const hear = (at) => {
    setFollowing(true);
    to(starts[at]);
    start();
  };
  const toggle = () => (audio.paused ? start() : audio.pause());
  const step = (by) => {
    const now = sought ?? audio.currentTime;
    let at = lineAt(now) + by;
    if (by < 0 && current >= 0 && now - starts[current] > 2) at = current;
    at = Math.max(0, Math.min(at, lines.length - 1));
    setFollowing(true);
    to(starts[at]);
    lines[at].scrollIntoView({ block: "center" });
  };
  const setFollowing = (on) => {
    following = on;
    follow.hidden = on || audio.paused;
  };

  audio.addEventListener("loadedmetadata", () => { if (sought !== null) to(sought); });
  audio.addEventListener("timeupdate", show);
  audio.addEventListener("seeked", show);
  audio.addEventListener("error", () => { get("trouble").hidden = false; });
  for (const name of ["play", "pause", "ended"]) {
    audio.addEventListener(name, () => {
      document.body.classList.toggle("playing", !audio.paused);
      play.setAttribute("aria-label", audio.paused ? data.say.play : data.say.pause);
      if (audio.paused) follow.hidden = true;
      frame();
    });
  }
  const frame = () => { show(); if (!audio.paused) requestAnimationFrame(frame); };

  play.addEventListener("click", toggle);
  get("back").addEventListener("click", () => step(-1));
  get("on").addEventListener("click", () => step(1));
  get("speed").addEventListener("change", (event) => { audio.playbackRate = Number(event.target.value); });
  seek.addEventListener("input", () => { setFollowing(true); to(Number(seek.value)); });
  follow.addEventListener("click", () => { setFollowing(true); if (lines[current]) lines[current].scrollIntoView({ block: "center" }); });
  for (const name of ["wheel", "touchmove"]) addEventListener(name, () => setFollowing(false), { passive: true });

  lines.forEach((line, at) => {
    line.tabIndex = -1;
    line.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      if (String(getSelection()).length) return; // words were marked, to be copied
      history.replaceState(null, "", line.hash);
      hear(at);
    });
  });
  reachable(0);

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const own = event.target.closest("input, select, button");
    const line = lines.indexOf(event.target.closest(".line"));
    if (event.key === " " && !own) toggle();
    else if (event.key === "ArrowLeft" && !own) step(-1);
    else if (event.key === "ArrowRight" && !own) step(1);
    else if ((event.key === "ArrowUp" || event.key === "ArrowDown") && line >= 0) {
      const next = lines[line + (event.key === "ArrowUp" ? -1 : 1)];
      if (next) { reachable(lines.indexOf(next)); next.focus(); }
    } else if (event.key === "/" && !own) query.focus();
    else return;
    event.preventDefault();
  });

  // ---------------------------------------------------------------- search
  const query = get("query"), hits = get("hits");
  const paragraphs = lines.map((line) => line.textContent.toLowerCase());
  let found = [], hit = -1;
  const search = () => {
    const wanted = query.value.trim().toLowerCase();
    for (const at of found) lines[at].classList.remove("found");
    found = wanted ? paragraphs.flatMap((text, at) => (text.includes(wanted) ? [at] : [])) : [];
    for (const at of found) lines[at].classList.add("found");
    hit = -1;
    hits.textContent = wanted ? String(found.length) : "";
    if (found.length) next(1, false);
  };
  const next = (by) => {
    if (!found.length) return;
    hit = (hit + by + found.length) % found.length;
    hits.textContent = `${hit + 1}/${found.length}`;
    setFollowing(false);
    lines[found[hit]].scrollIntoView({ block: "center" });
    reachable(found[hit]);
  };
  query.addEventListener("input", search);
  query.addEventListener("keydown", (event) => {
    if (event.key === "Enter") { event.preventDefault(); next(event.shiftKey ? -1 : 1); }
    if (event.key === "Escape") { query.value = ""; search(); query.blur(); }
  });
  query.form.addEventListener("submit", (event) => event.preventDefault());

  const asked = lines.findIndex((line) => line.id === location.hash.slice(1));
  if (asked >= 0) { to(starts[asked]); lines[asked].scrollIntoView({ block: "center" }); }
})();
