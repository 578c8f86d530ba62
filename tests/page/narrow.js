// The page as a phone shows it: nothing is cut off or has to be scrolled to but the columns.
"use strict";
steps(check => {
  const fits = element => element.getBoundingClientRect().right <= innerWidth + 0.5;
  check("it is narrow: " + innerWidth, innerWidth <= 760);
  check("the page is no wider than the window", document.documentElement.scrollWidth <= innerWidth);
  check("the filters are out of the way", $("filters").offsetHeight === 0);
  check("most of the window is the matrix", $("grid").clientHeight > 0.7 * innerHeight);
  $("more").click();
  check("and come when they are asked for", $("filters").offsetHeight > 0 && [...document.querySelectorAll("header button, header select")].every(fits));
  $("more").click();
  const names = [...document.querySelectorAll(".row:not(.folder) .name")];
  check("a name is read whole", names.every(n => n.scrollWidth <= n.clientWidth && n.scrollHeight <= n.clientHeight + 1));
  check("rows do not overlap", names.every(n => n.offsetHeight <= ROW));
  [...document.querySelectorAll(".cell.f")].find(c => c.closest(".row").textContent.includes("code=553")).click();
  check("a cell fills the window", fits($("detail")) && $("detail").getBoundingClientRect().left === 0);
  check("the ladder is read without scrolling", [...document.querySelectorAll(".ladder span")].every(fits));
  check("it can be closed", fits($("close")));
  $("close").click();
  check("and is", $("detail").hidden);
});
