// grammar.js SOURCE: each place of sample.drill has the scope that groups.tsv names, by the rules of a
// TextMate grammar as far as this one uses them: begin, end, match, captures, include, one line at a
// time. Every regular expression is compiled; every include is there.
"use strict";
const fs = require("fs"), path = require("path");
const folder = path.join(process.argv[2], "harness/editors/vscode");
const pack = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"));
const said = [];
const fail = what => said.push(what);

for (const file of [pack.contributes.languages[0].configuration, pack.contributes.grammars[0].path])
  JSON.parse(fs.readFileSync(path.join(folder, file), "utf8"));
const grammar = JSON.parse(fs.readFileSync(path.join(folder, pack.contributes.grammars[0].path), "utf8"));
if (grammar.scopeName !== pack.contributes.grammars[0].scopeName) fail("the package names another scope");

const compiled = new Map();
function regex(source) {
  if (!compiled.has(source)) compiled.set(source, new RegExp(source, "gd"));
  return compiled.get(source);
}
function checkAll(rule, where) {
  for (const key of ["match", "begin", "end"])
    if (rule[key] !== undefined) try { regex(rule[key]); } catch (e) { fail(where + ": " + e.message); }
  if (rule.include && !grammar.repository[rule.include.slice(1)]) fail(where + ": nothing is called " + rule.include);
  (rule.patterns || []).forEach((r, i) => checkAll(r, where + "/" + i));
}
checkAll(grammar, "patterns");
for (const [name, rule] of Object.entries(grammar.repository)) checkAll(rule, name);

const resolve = rule => rule.include ? grammar.repository[rule.include.slice(1)] : rule;
const find = (source, line, at) => { const r = regex(source); r.lastIndex = at; return r.exec(line); };

// The scope of each octet of a line: the innermost one.
function scopes(line) {
  const scope = new Array(line.length + 1).fill("");
  const paint = (from, to, name) => { if (name) scope.fill(name, from, to); };
  function captures(found, names) {
    for (const [n, c] of Object.entries(names || {})) if (found.indices[n]) paint(...found.indices[n], c.name);
  }
  function run(patterns, at, end, name) {
    for (;;) {
      const stop = end === undefined ? null : find(end, line, at);
      let best = null, rule = null;
      for (const each of patterns.map(resolve)) {
        const found = find(each.match !== undefined ? each.match : each.begin, line, at);
        if (found && (!best || found.index < best.index)) { best = found; rule = each; }
      }
      if (stop && (!best || stop.index <= best.index)) { paint(at, stop.index + stop[0].length, name); return stop.index + stop[0].length; }
      if (!best) { paint(at, line.length, name); return line.length; }
      paint(at, best.index, name);
      const behind = best.index + best[0].length;
      paint(best.index, behind, rule.name || name);
      if (rule.match !== undefined) { captures(best, rule.captures); at = behind > at ? behind : at + 1; }
      else { captures(best, rule.beginCaptures); at = run(rule.patterns || [], behind, rule.end, rule.contentName || rule.name); }
      if (at > line.length) return at;
    }
  }
  run(grammar.patterns, 0, undefined, "");
  return scope;
}

const lines = fs.readFileSync(path.join(__dirname, "sample.drill"), "utf8").split("\n").map(scopes);
const rows = fs.readFileSync(path.join(__dirname, "groups.tsv"), "utf8").trim().split("\n").map(r => r.split("\t"));
for (const [line, column, , wanted] of rows) {
  const got = lines[line - 1][column - 1];
  if (got !== wanted) fail("line " + line + ", column " + column + ": expected " + wanted + ", got " + (got || "nothing"));
}
console.log(rows.length + " places, " + compiled.size + " expressions");
said.forEach(s => console.log(s));
process.exit(said.length > 0 || rows.length < 25 ? 1 : 0);
