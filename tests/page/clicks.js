// What a person does with the page, step by step.
"use strict";
steps(check => {
  const cells = () => [...document.querySelectorAll(".row:not(.folder) .cell")];
  const press = key => document.dispatchEvent(new KeyboardEvent("keydown", {key}));
  const click = (box, key) => document.querySelector(box + " button[data-key=" + key + "]").click();
  const rowsShown = () => document.querySelectorAll(".row:not(.folder)").length;
  const all = names.length;
  check("all rows are shown at first", rowsShown() === all);
  check("each client has a column", document.querySelectorAll(".client").length === clients.length);
  check("a cell for each row and client", cells().length === all * clients.length);
  check("nothing of the results is markup", document.querySelector("planted") === null);

  click("#filters", "f");
  check("the filter keeps rows that somebody fails", rowsShown() === 2);
  check("the count says so", $("counts").textContent.includes("2 of " + all));
  click("#filters", "f");
  check("the filter goes again", rowsShown() === all);

  for (const [key, count] of [["k", 2], ["x", 1]]) {
    click("#filters", key);
    check("the filter " + key + " keeps what is known", rowsShown() === count);
    click("#filters", key);
  }
  const agreed = name => [...document.querySelectorAll(".row")].find(r => r.textContent.includes(name)).querySelector(".agree").textContent;
  check("a row says what most clients take it for", agreed("cured") === "2 of 2: temporary");
  check("and how many pass where none says more", agreed("quit-waits") === "1 of 2 pass");

  $("search").value = "quit-waits";
  $("search").oninput();
  check("the search finds a name", rowsShown() === 1);
  $("search").value = "5321-4.2.1-b";
  $("search").oninput();
  check("the search finds a requirement", rowsShown() === 1);
  $("search").value = "";
  $("search").oninput();

  $("left").value = "0";
  $("left").onchange();
  $("right").value = "1";
  $("right").onchange();
  check("the comparison keeps rows that differ", rowsShown() === 2);
  check("and says who is better", $("counts").textContent.endsWith("is better in 1, worse in 1"));
  $("left").value = $("right").value = "-1";
  $("left").onchange();
  $("right").onchange();

  press("n");
  check("n opens the first failure", !$("detail").hidden && $("story").querySelector(".verdict.f, .verdict.x") !== null);
  const place = () => $("story").querySelector("h2").textContent + " " + $("story").querySelector("p").textContent;
  const first = place();
  press("n");
  check("n goes on to another", place() !== first);
  press("p");
  check("p comes back", place() === first);
  check("the command to run it again is there", $("story").querySelector("code.again").textContent.startsWith("smtpdrill run --client"));
  press("Escape");
  check("Escape closes", $("detail").hidden);

  const failed = cells().find(c => c.classList.contains("f") && c.closest(".row").textContent.includes("code=553"));
  failed.click();
  check("a click opens the dialogue", $("story").querySelectorAll(".ladder li").length === 3);
  check("the finding stands under its line", $("story").querySelector(".ladder .note").textContent.includes("^ expected it"));
  const note = $("story").querySelector(".ladder .note span");
  check("and is read without scrolling", note.getBoundingClientRect().right <= $("detail").getBoundingClientRect().right);
  check("the scenario's own finding comes first", $("story").querySelector(".finding dt").textContent === "expected");
  check("the row is marked", document.querySelector(".row.here").textContent.includes("code=553"));
  check("the section is named", $("story").textContent.includes("RFC 5321 section 4.2.1"));
  check("what others do is told", $("story").textContent.includes("The other clients"));

  cells().find(c => c.classList.contains("x")).click();
  check("an unexpected pass has its reason", $("story").textContent.includes("known to fail, and passes: bug # 18"));
  check("what clients say is told", $("story").querySelector(".sentence").textContent === "2 of 2 clients treat this as temporary");
  cells().find(c => c.classList.contains("k")).click();
  check("a known failure has its reason", $("story").textContent.includes("known failure: bug 17 <&>"));
  cells().find(c => c.closest(".row").textContent.includes("crash")).click();
  check("what is known no more says since when", $("story").textContent.includes("known until 2026-02-28, which is over: bug 20"));
  const listed = [...cells()].filter(c => c.classList.contains("k")).length;
  check("a list of the report is for its client alone", listed === 3);
  cells().find(c => c.closest(".row").textContent.includes("code=553") && c.classList.contains("k")).click();
  check("and gives its reason and its day", $("story").textContent.includes("known failure (until 9999-12-31): of the second"));
  check("an alarm tells of unexpected passes", !$("alarm").hidden && $("alarm").textContent.startsWith("4 unexpected passes"));
  $("alarm").click();
  check("and shows them", rowsShown() === 1);
  click("#filters", "x");
  close();

  const folder = document.querySelector(".row.folder .name");
  folder.click();
  check("a folder closes", rowsShown() < all);
  document.querySelector(".row.folder .name").click();
  check("and opens", rowsShown() === all);
  press("Escape");
  press("Home");
  press("Enter");
  check("the keyboard closes a folder, too", rowsShown() < all && document.querySelector(".row.here.folder") !== null);
  press("Enter");
  check("and opens it", rowsShown() === all);

  click("#views", "requirements");
  check("requirements have rows of their own", rowsShown() >= 3 && document.querySelector(".folder") === null);
  check("and say what they are about", [...document.querySelectorAll(".row .name")].some(n => n.textContent.includes("5321-2.3.8-a") && n.textContent.includes("CRLF")));
  press("n");
  check("a requirement tells who breaks it", !$("detail").hidden);
  click("#views", "scenarios");

  // Text is read on its ground with 4.5 to 1 (WCAG 2.1, 1.4.3), in either theme.
  const light = hex => [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16) / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4).reduce((n, v, i) => n + v * [0.2126, 0.7152, 0.0722][i], 0);
  const pairs = [["ink", "paper"], ["soft", "paper"], ["soft", "head"], ["soft", "vary-bg"], ["ink", "vary-bg"], ["none", "paper"], ["fail", "mark"],
    ...["pass", "vary", "warn", "fail", "error", "known"].map(c => [c, c + "-bg"])];
  const dull = () => pairs.filter(pair => {
    const style = getComputedStyle(document.documentElement);
    const [a, b] = pair.map(c => style.getPropertyValue("--" + c).trim()).map(h => light(h.length === 4 ? h.replace(/[^#]/g, "$&$&") : h)).sort();
    return !((b + 0.05) / (a + 0.05) >= 4.5);
  }).join(" ");
  check("each text can be read: " + dull(), dull() === "");
  const paper = () => getComputedStyle(document.body).backgroundColor;
  const before = paper();
  $("theme").click();
  check("light and dark differ", paper() !== before);
  check("each text can be read in the other theme: " + dull(), dull() === "");
});
