import { tables } from "./tables";

document.documentElement.classList.add("js");

// The chapter list shows where one is.
function follow(): void {
  const links = [...document.querySelectorAll<HTMLAnchorElement>(".chapters a")];
  const sections = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
  const mark = () => {
    const line = window.innerHeight * 0.3;
    let current = 0;
    sections.forEach((section, i) => { if (section && section.getBoundingClientRect().top <= line) current = i; });
    if (window.innerHeight + window.scrollY >= document.documentElement.scrollHeight - 4) current = links.length - 1;
    links.forEach((link, i) => (i === current ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current")));
  };
  let waiting = false;
  addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; mark(); });
  }, { passive: true });
  mark();
}

// On a narrow screen the list is folded; on a wide one it stands open at the side.
function fold(): void {
  const list = document.querySelector<HTMLDetailsElement>(".chapters > details");
  const wide = matchMedia("(min-width: 68rem)");
  const apply = () => { if (list) list.open = wide.matches; };
  wide.addEventListener("change", apply);
  apply();
  list?.addEventListener("click", (event) => {
    if (!wide.matches && (event.target as Element).closest("a")) list.open = false;
  });
}

// A link to the evidence opens what hides it.
function reveal(): void {
  const target = location.hash ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
  for (let node = target?.closest("details"); node; node = node.parentElement?.closest("details") ?? null) node.open = true;
}

fold();
follow();
reveal();
addEventListener("hashchange", reveal);
tables(document);

// What is folded away on the screen belongs on paper: the meanings of the measures.
let opened: HTMLDetailsElement[] = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll<HTMLDetailsElement>(".glossary > details:not([open])")];
  opened.forEach((item) => { item.open = true; });
});
addEventListener("afterprint", () => opened.forEach((item) => { item.open = false; }));
