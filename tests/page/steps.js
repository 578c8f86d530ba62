// steps(walk): walk(check) goes through the page; the dump of the page tells how it ended.
"use strict";
const steps = walk => {
  const said = [];
  try {
    walk((what, ok) => { if (!ok) said.push(what); });
  } catch (e) {
    said.push("stopped: " + e.message);
  }
  const note = document.createElement("p");
  note.id = "ended";
  note.textContent = said.length === 0 ? "every step as expected" : "unexpected: " + said.join("; ");
  document.body.append(note);
};
